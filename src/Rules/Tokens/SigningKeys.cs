using System.Collections.Immutable;

namespace Sluice.Rules.Tokens;

/// <summary>
/// The keys of one issuer, oldest first. Where each is in its life follows from what is stored and from the time alone:
/// nothing has to happen when a time comes, so nothing can happen late, twice or not at all.
/// </summary>
public sealed record SigningKeys(ImmutableArray<SigningKey> Keys)
{
    public static readonly SigningKeys Empty = new(ImmutableArray<SigningKey>.Empty);

    public SigningKey? Find(string keyId) => Keys.FirstOrDefault(key => key.KeyId == keyId);

    public SigningKeyState StateOf(SigningKey key, DateTimeOffset now)
    {
        if (key.CompromisedAt is not null)
        {
            return SigningKeyState.Compromised;
        }

        if (key.PublishedAt is null)
        {
            return SigningKeyState.Generated;
        }

        if (SupersededAt(key, now) is { } since)
        {
            return now < since + key.Overlap ? SigningKeyState.VerifyOnly : SigningKeyState.Removed;
        }

        return ActiveAt(now) == key ? SigningKeyState.Active : SigningKeyState.Published;
    }

    /// <summary>
    /// The key that signs: of those that have been published for long enough the newest; where there is none, of the
    /// others the oldest, which most have heard of. Null when there is no key at all.
    /// </summary>
    public SigningKey? ActiveAt(DateTimeOffset now)
    {
        SigningKey? oldestTooNew = null;
        for (var i = Keys.Length - 1; i >= 0; i--)
        {
            var key = Keys[i];
            if (key.PublishedAt is null)
            {
                continue;
            }

            if (key.ActivatesAt <= now)
            {
                if (key.WasActive(now))
                {
                    // All before it have had their time, also if this one was found out since.
                    return key.CompromisedAt is null ? key : oldestTooNew;
                }
            }
            else if (key.CompromisedAt is null)
            {
                oldestTooNew = key;
            }
        }

        return oldestTooNew;
    }

    /// <summary>The keys that everybody is told of: what is good is signed by one of them.</summary>
    public ImmutableArray<SigningKey> PublishedAt(DateTimeOffset now) =>
    [
        .. Keys.Where(key => StateOf(key, now)
            is SigningKeyState.Published or SigningKeyState.Active or SigningKeyState.VerifyOnly),
    ];

    /// <summary>
    /// Whether the issuer needs another key now: it has none that signs, or the one that does ends soon.
    /// </summary>
    public bool NeedsKey(SigningKeyPolicy policy, DateTimeOffset now) =>
        ActiveAt(now) is not { } active
        || (Waiting(now) is null && now >= active.ActivatesAt + policy.Lifetime - policy.Lead);

    /// <summary>The key that will sign next; null when no rotation is under way.</summary>
    public SigningKey? Waiting(DateTimeOffset now)
    {
        foreach (var key in Keys)
        {
            if (StateOf(key, now) is SigningKeyState.Generated or SigningKeyState.Published)
            {
                return key;
            }
        }

        return null;
    }

    /// <summary>
    /// A key was made. To be stored before anybody is told of it; <see cref="Publish"/> comes after that.
    /// </summary>
    public SigningKeys Add(string keyId, SignatureAlgorithm algorithm, string rotationId, DateTimeOffset now) =>
        Find(keyId) is not null
            ? this
            : new SigningKeys(Keys.Add(new SigningKey(keyId, algorithm, now) { RotationId = rotationId }));

    /// <summary>
    /// Everybody is told of the keys that were made. One signs after the lead; at once only where nothing else does.
    /// </summary>
    public SigningKeys Publish(SigningKeyPolicy policy, DateTimeOffset now)
    {
        var next = this;
        foreach (var key in Keys.Where(key => StateOf(key, now) is SigningKeyState.Generated))
        {
            var activates = next.ActiveAt(now) is null ? now : now + policy.Lead;
            var last = next.Keys.Where(other => other.PublishedAt is not null).Select(other => other.ActivatesAt)
                .DefaultIfEmpty(activates).Max();
            next = next.With(key, key with
            {
                PublishedAt = now,
                ActivatesAt = next.ActiveAt(now) is not null && last > activates ? last : activates, // In their order.
                Overlap = policy.Overlap,
            });
        }

        return next;
    }

    /// <summary>
    /// Somebody else may have the key: it is worth nothing from now on. If it signed, the key that waits takes its
    /// place
    /// at once; if none waits, one has to be made. Null when there is no such key; a repeat keeps the first time.
    /// </summary>
    public SigningKeys? Compromise(string keyId, DateTimeOffset now)
    {
        if (Find(keyId) is not { } key)
        {
            return null;
        }

        if (key.CompromisedAt is not null)
        {
            return this;
        }

        var next = With(key, key with { CompromisedAt = now });
        return next.ActiveAt(now) is { } active && active.ActivatesAt > now
            ? next.With(active, active with { ActivatesAt = now })
            : next;
    }

    /// <summary>
    /// What a longer life of tokens asks for, of keys that are not removed; and what is kept no longer.
    /// </summary>
    public SigningKeys Sweep(SigningKeyPolicy policy, DateTimeOffset now)
    {
        // Oldest first and none in between: when a key ended follows from the one after it.
        var kept = Keys.SkipWhile(key => IsDestroyed(key, policy, now)).Select(key =>
            key.PublishedAt is not null
            && key.Overlap < policy.Overlap
            && StateOf(key, now) is not (SigningKeyState.Removed or SigningKeyState.Compromised)
                ? key with { Overlap = policy.Overlap }
                : key).ToImmutableArray();
        return kept.SequenceEqual(Keys) ? this : new SigningKeys(kept);
    }

    /// <summary>
    /// Whether the secret half has no use any more: a private key for signatures goes with the end of its signing
    /// (NIST SP 800-57 part 1, 8.3.4), and a little later here for a silo whose clock is behind.
    /// </summary>
    public bool MayDestroySecret(SigningKey key, SigningKeyPolicy policy, DateTimeOffset now) =>
        key.CompromisedAt is not null || (SupersededAt(key, now) is { } since && now >= since + policy.ClockSkew);

    private bool IsDestroyed(SigningKey key, SigningKeyPolicy policy, DateTimeOffset now) =>
        SupersededAt(key, now) is { } since
        && now >= (key.CompromisedAt ?? since + key.Overlap) + policy.Retention;

    /// <summary>When a newer key took its place; null when none has.</summary>
    private DateTimeOffset? SupersededAt(SigningKey key, DateTimeOffset now)
    {
        for (var i = Keys.IndexOf(key) + 1; i < Keys.Length; i++)
        {
            if (Keys[i].WasActive(now))
            {
                return Keys[i].ActivatesAt;
            }
        }

        return null;
    }

    private SigningKeys With(SigningKey before, SigningKey after) => new(Keys.Replace(before, after));
}
