using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Sluice.Rules.Keys;

/// <summary>What a presented secret is to a client.</summary>
public enum KeyAnswer
{
    Accepted,

    /// <summary>No such version, or not its secret. Not told apart, so that versions cannot be probed.</summary>
    Unknown,

    /// <summary>The right secret of a version that was revoked.</summary>
    Revoked,

    /// <summary>The right secret of a version past its end.</summary>
    Expired,

    /// <summary>
    /// The right secret of a version whose place a newer one has taken. Whoever was told of that uses it no more, so
    /// this is the cheapest sign of a leak that there is.
    /// </summary>
    Retired,

    /// <summary>The right secret of a version that is not accepted before its time.</summary>
    NotYetActive,
}

/// <summary>The key versions of one client, oldest first.</summary>
public sealed record KeyRing(ImmutableArray<KeyVersion> Versions)
{
    public static readonly KeyRing Empty = new(ImmutableArray<KeyVersion>.Empty);

    /// <summary>No version works longer than this.</summary>
    public static readonly TimeSpan LifetimeMax = TimeSpan.FromDays(90);

    /// <summary>No version works shorter than this; less is a typing mistake.</summary>
    public static readonly TimeSpan LifetimeMin = TimeSpan.FromMinutes(1);

    /// <summary>Most versions a client may have, the ended ones included.</summary>
    public const int VersionsMax = 100;

    // Compared when there is no such version, so that an unknown version takes as long as a wrong secret.
    private static readonly ImmutableArray<byte> NoMac = [.. new byte[32]];

    /// <summary>Judges a presented secret by its MAC, in constant time.</summary>
    public KeyAnswer Judge(int version, ReadOnlySpan<byte> mac, DateTimeOffset now)
    {
        var found = Find(version);
        var matches = CryptographicOperations.FixedTimeEquals((found?.Mac ?? NoMac).AsSpan(), mac);
        return found is null || !matches ? KeyAnswer.Unknown : Worth(found, now);
    }

    /// <summary>
    /// Judges a version whose secret was shown before: a token that was issued for it is worth what it is worth.
    /// </summary>
    public KeyAnswer JudgeToken(int version, DateTimeOffset now) =>
        Find(version) is { } found ? Worth(found, now) : KeyAnswer.Unknown;

    private KeyAnswer Worth(KeyVersion found, DateTimeOffset now) => StateOf(found, now) switch
    {
        KeyVersionState.Active or KeyVersionState.Retiring => KeyAnswer.Accepted,
        KeyVersionState.Pending => found.AcceptedEarly ? KeyAnswer.Accepted : KeyAnswer.NotYetActive,
        KeyVersionState.Expired => KeyAnswer.Expired,
        KeyVersionState.Retired => KeyAnswer.Retired,
        _ => KeyAnswer.Revoked,
    };

    /// <summary>
    /// Where a version is in its life. It follows from what is stored and from the time alone: nothing has to happen
    /// when a time comes, so nothing can happen late, twice or not at all.
    /// </summary>
    public KeyVersionState StateOf(KeyVersion version, DateTimeOffset now)
    {
        if (version.RevokedAt is not null)
        {
            return KeyVersionState.Revoked;
        }

        if (version.CancelledAt is not null || version.IsForgottenAt(now))
        {
            return KeyVersionState.Cancelled;
        }

        if (now >= version.ExpiresAt)
        {
            return KeyVersionState.Expired;
        }

        if (version.Activation > now)
        {
            return KeyVersionState.Pending;
        }

        var (successor, newer) = SuccessorOf(version, now);

        // Two generations are accepted at most, however long the overlaps are.
        return successor is null ? KeyVersionState.Active
            : newer > 1 || now >= EndOfOverlap(version, successor) ? KeyVersionState.Retired
            : KeyVersionState.Retiring;
    }

    /// <summary>
    /// When a version is refused from by what is known now: its end, or before that the end of its overlap. Null when
    /// it is refused already.
    /// </summary>
    public DateTimeOffset? AcceptedUntil(KeyVersion version, DateTimeOffset now) => StateOf(version, now) switch
    {
        KeyVersionState.Pending or KeyVersionState.Active => version.ExpiresAt,
        KeyVersionState.Retiring =>
            EndOfOverlap(version, SuccessorOf(version, now).Successor!) is var end && end < version.ExpiresAt
                ? end
                : version.ExpiresAt,
        _ => null,
    };

    /// <summary>How long a version is refused that is not accepted before its time; zero when it is not.</summary>
    public TimeSpan WaitFor(int version, DateTimeOffset now) =>
        Find(version) is { AcceptedEarly: false } found && StateOf(found, now) is KeyVersionState.Pending
            && found.Activation < found.ExpiresAt
                ? found.Activation - now
                : TimeSpan.Zero;

    public KeyVersion? Find(int version)
    {
        foreach (var candidate in Versions)
        {
            if (candidate.Version == version)
            {
                return candidate;
            }
        }

        return null;
    }

    /// <summary>
    /// Adds a version and returns it; the version that already has this MAC is returned unchanged, so that a repeated
    /// request issues one key.
    /// </summary>
    /// <remarks>Requires a lifetime between the bounds and room for another version.</remarks>
    public (KeyRing Next, KeyVersion Issued) Issue(
        ImmutableArray<byte> mac, TimeSpan lifetime, string label, DateTimeOffset now)
    {
        foreach (var version in Versions)
        {
            if (version.Mac.AsSpan().SequenceEqual(mac.AsSpan()))
            {
                return (this, version);
            }
        }

        var number = Versions.IsEmpty ? 1 : Versions[^1].Version + 1;
        var issued = new KeyVersion(number, $"key-{number}", mac, now, now + lifetime, null, "", label);
        return (new KeyRing(Versions.Add(issued)), issued);
    }

    /// <summary>
    /// Ends a version for good; null when there is none. Revoking it again keeps the first time and reason. Where it
    /// was the primary, the version that was to take its place does so at once.
    /// </summary>
    public KeyRing? Revoke(int version, string reason, DateTimeOffset now)
    {
        var found = Find(version);
        if (found is null)
        {
            return null;
        }

        if (found.RevokedAt is not null)
        {
            return this;
        }

        var wasPrimary = StateOf(found, now) is KeyVersionState.Active;
        var next = new KeyRing(Versions.Replace(found, found with { RevokedAt = now, RevokedReason = reason }));
        return wasPrimary && next.PendingOf(found.KeyId, now) is { } pending ? next.Activate(pending, now) : next;
    }

    /// <summary>The one active version of a key; null when it has none: it was revoked, or its time is over.</summary>
    public KeyVersion? PrimaryOf(string keyId, DateTimeOffset now) => In(KeyVersionState.Active, keyId, now);

    /// <summary>The version that will take the primary's place; null when the key is not being rotated.</summary>
    public KeyVersion? PendingOf(string keyId, DateTimeOffset now) => In(KeyVersionState.Pending, keyId, now);

    /// <summary>A pending version takes its predecessor's place now.</summary>
    internal KeyRing Activate(KeyVersion pending, DateTimeOffset now) =>
        new(Versions.Replace(pending, pending with { ActivatesAt = now }));

    private static DateTimeOffset EndOfOverlap(KeyVersion version, KeyVersion successor) =>
        version.RetiresAt ?? successor.Activation + successor.Overlap;

    private (KeyVersion? Successor, int Newer) SuccessorOf(KeyVersion version, DateTimeOffset now)
    {
        KeyVersion? successor = null;
        var newer = 0;
        foreach (var other in Versions)
        {
            if (other.Version > version.Version && other.KeyId == version.KeyId && other.WasPrimary(now))
            {
                successor ??= other;
                newer++;
            }
        }

        return (successor, newer);
    }

    private KeyVersion? In(KeyVersionState state, string keyId, DateTimeOffset now)
    {
        foreach (var version in Versions)
        {
            if (version.KeyId == keyId && StateOf(version, now) == state)
            {
                return version;
            }
        }

        return null;
    }
}
