using System.Collections.Immutable;

namespace Sluice.Rules.Keys;

/// <summary>What came of asking for a rotation.</summary>
public enum RotationOutcome
{
    /// <summary>There is a new version.</summary>
    Begun,

    /// <summary>This rotation was asked for before: its version is told again, and nothing has changed.</summary>
    Repeated,

    /// <summary>The key's primary is not the version that was expected: somebody else was first.</summary>
    OtherPrimary,

    /// <summary>Another rotation of this key is not over.</summary>
    Busy,

    /// <summary>There is no such key, or it has no primary: it was revoked, or its time is over.</summary>
    NoPrimary,

    /// <summary>The client has as many versions as it may have.</summary>
    Full,
}

/// <param name="Outcome">What came of it.</param>
/// <param name="Next">The ring from now on; the same when nothing has changed.</param>
/// <param name="Version">The rotation's version; null when there is none.</param>
public readonly record struct Rotation(RotationOutcome Outcome, KeyRing Next, KeyVersion? Version);

/// <summary>A secret for a rotation, made by whoever asks: it is told apart by its MAC.</summary>
/// <param name="Id">Names the rotation; the same one asks for the same rotation again.</param>
/// <param name="Mac">Keyed HMAC-SHA256 of the new secret's digest.</param>
/// <param name="Lifetime">How long the new version lives; between the bounds of <see cref="KeyRing"/>.</param>
/// <param name="Label">In the operator's words.</param>
/// <param name="FetchWithin">
/// How soon somebody must fetch the secret, or the rotation is given up; null: whoever asks has it.
/// </param>
public sealed record RotationRequest(
    string Id, ImmutableArray<byte> Mac, TimeSpan Lifetime, string Label, TimeSpan? FetchWithin = null);

/// <summary>
/// Replaces a key by a newer version of it, without a moment at which neither works. Every step may be repeated, and
/// may be the last one before a crash: what follows is worked out from what is stored and from the time.
/// </summary>
public static class KeyRotation
{
    /// <summary>Adds the version that will take the primary's place.</summary>
    /// <param name="ring">The client's versions.</param>
    /// <param name="keyId">The key.</param>
    /// <param name="expected">The primary that is to be replaced.</param>
    /// <param name="request">The new version.</param>
    /// <param name="policy">How keys are rotated.</param>
    /// <param name="now">The moment.</param>
    public static Rotation Rotate(
        this KeyRing ring, string keyId, int expected, RotationRequest request, RotationPolicy policy,
        DateTimeOffset now)
    {
        if (Find(ring, keyId, request.Id) is { } again)
        {
            return new Rotation(RotationOutcome.Repeated, ring, again);
        }

        if (ring.PrimaryOf(keyId, now) is not { } primary)
        {
            return new Rotation(RotationOutcome.NoPrimary, ring, null);
        }

        if (primary.Version != expected)
        {
            return new Rotation(RotationOutcome.OtherPrimary, ring, null);
        }

        if (ring.PendingOf(keyId, now) is not null)
        {
            return new Rotation(RotationOutcome.Busy, ring, null);
        }

        // Not later than the primary's own end: the key would have none in between.
        var due = now + policy.ActivationDelay;
        return Add(
            ring.Purge(keyId, policy.Retention, now), keyId, request, policy,
            due < primary.ExpiresAt ? due : primary.ExpiresAt, policy.Overlap, now);
    }

    /// <summary>Replaces a key that is no longer secret: the new version works at once, and no other does.</summary>
    public static Rotation RotateAtOnce(
        this KeyRing ring, string keyId, RotationRequest request, string reason, RotationPolicy policy,
        DateTimeOffset now)
    {
        if (Find(ring, keyId, request.Id) is { } again)
        {
            return new Rotation(RotationOutcome.Repeated, ring, again);
        }

        if (!ring.Versions.Any(version => version.KeyId == keyId))
        {
            return new Rotation(RotationOutcome.NoPrimary, ring, null);
        }

        // Forgotten is what had ended before: a use of what is revoked here is what is waited for.
        KeyRing revoked = new(
        [
            .. ring.Purge(keyId, policy.Retention, now).Versions.Select(
                version => version.KeyId == keyId && version.RevokedAt is null
                    ? version with { RevokedAt = now, RevokedReason = reason }
                    : version),
        ]);
        var rotation = Add(revoked, keyId, request, policy, now, TimeSpan.Zero, now);
        return rotation.Outcome is RotationOutcome.Begun ? rotation : rotation with { Next = ring };
    }

    /// <summary>
    /// A version was used. The first use of one that waits says that its client has switched: it takes its
    /// predecessor's place, whose overlap begins.
    /// </summary>
    /// <returns>The ring from now on; the same in all but that case.</returns>
    public static KeyRing Used(this KeyRing ring, int version, DateTimeOffset now) =>
        ring.Find(version) is { AcceptedEarly: true } used && ring.StateOf(used, now) is KeyVersionState.Pending
            ? ring.Activate(used, now)
            : ring;

    /// <summary>Somebody fetches the secret of a rotation, and from now on its version may take over.</summary>
    /// <returns>The ring from now on; null when there is no such version, or it is not accepted any more.</returns>
    public static KeyRing? Fetched(this KeyRing ring, string keyId, string rotationId, DateTimeOffset now) =>
        Find(ring, keyId, rotationId) is not { } version || IsEnded(ring.StateOf(version, now)) ? null
        : version is { FetchBy: not null, FetchedAt: null }
            ? new KeyRing(ring.Versions.Replace(version, version with { FetchedAt = now }))
        : ring;

    /// <summary>Gives a rotation up whose version has not taken its predecessor's place.</summary>
    /// <returns>The ring from now on; null when there is no such version any more.</returns>
    public static KeyRing? Cancel(this KeyRing ring, string keyId, string rotationId, DateTimeOffset now) =>
        Find(ring, keyId, rotationId) switch
        {
            null => null,
            { CancelledAt: not null } => ring,
            var version => ring.StateOf(version, now) is KeyVersionState.Pending
                ? new KeyRing(ring.Versions.Replace(version, version with { CancelledAt = now }))
                : null,
        };

    /// <summary>
    /// Moves the end of a version's overlap: later, because a client still uses it, or earlier, because none does.
    /// </summary>
    /// <returns>The ring from now on; null when the version is not retiring.</returns>
    public static KeyRing? RetireAt(this KeyRing ring, int version, DateTimeOffset at, DateTimeOffset now) =>
        ring.Find(version) is { } found && ring.StateOf(found, now) is KeyVersionState.Retiring
            ? new KeyRing(ring.Versions.Replace(found, found with { RetiresAt = at < now ? now : at }))
            : null;

    /// <summary>
    /// Forgets the oldest ended versions of a key beyond those that are remembered. The newest version of a client is
    /// never forgotten: the next one counts on from it.
    /// </summary>
    public static KeyRing Purge(this KeyRing ring, string keyId, int retention, DateTimeOffset now)
    {
        var ended = ring.Versions
            .Where(version => version.KeyId == keyId && IsEnded(ring.StateOf(version, now)))
            .ToList();
        var forgotten = ended.Take(Math.Max(0, ended.Count - retention))
            .Where(version => version != ring.Versions[^1])
            .ToList();
        return forgotten.Count == 0 ? ring : new KeyRing(ring.Versions.RemoveRange(forgotten));
    }

    /// <summary>Whether a version is refused from now on, whatever happens.</summary>
    public static bool IsEnded(KeyVersionState state) =>
        state is not (KeyVersionState.Pending or KeyVersionState.Active or KeyVersionState.Retiring);

    private static Rotation Add(
        KeyRing ring, string keyId, RotationRequest request, RotationPolicy policy, DateTimeOffset activates,
        TimeSpan overlap, DateTimeOffset now)
    {
        if (ring.Versions.Length >= KeyRing.VersionsMax)
        {
            return new Rotation(RotationOutcome.Full, ring, null);
        }

        var made = new KeyVersion(
            ring.Versions[^1].Version + 1, keyId, request.Mac, now, now + request.Lifetime, null, "", request.Label)
        {
            RotationId = request.Id,
            ActivatesAt = activates,
            AcceptedEarly = policy.AcceptEarly,
            Overlap = overlap,
            FetchBy = request.FetchWithin is { } within && within < request.Lifetime ? now + within
                : request.FetchWithin is null ? null
                : now + request.Lifetime,
        };
        return new Rotation(RotationOutcome.Begun, new KeyRing(ring.Versions.Add(made)), made);
    }

    /// <summary>The version that a rotation made; null when there is none, or it is forgotten.</summary>
    public static KeyVersion? Find(this KeyRing ring, string keyId, string rotationId) =>
        ring.Versions.FirstOrDefault(version => version.KeyId == keyId && version.RotationId == rotationId);
}
