using System.Globalization;

namespace Sluice.Rules.Keys;

/// <summary>A rotation that is due by itself.</summary>
/// <param name="KeyId">The key.</param>
/// <param name="Expected">Its primary, which is to be replaced.</param>
/// <param name="RotationId">
/// Follows from the key and from what was tried before, so that whoever finds out twice asks for one rotation.
/// </param>
/// <param name="Label">The primary's.</param>
public readonly record struct DueRotation(string KeyId, int Expected, string RotationId, string Label);

/// <summary>
/// What is to be done with the keys of a client, from what is stored and the time alone: it may be asked late, twice,
/// or by two at once.
/// </summary>
public static class KeySchedule
{
    /// <summary>With what the ids of rotations begin that nobody asked for.</summary>
    public const string IdPrefix = "scheduled-";

    /// <summary>How long ahead of its end it is told that a key ends and is not being rotated.</summary>
    public static readonly TimeSpan WarnAhead = TimeSpan.FromDays(14);

    /// <summary>A rotation whose secret nobody fetched is tried again after this part of the interval.</summary>
    private const int RetryPart = 4;

    private static readonly TimeSpan RetryMin = TimeSpan.FromDays(1);

    /// <summary>The rotations that are due.</summary>
    public static IReadOnlyList<DueRotation> Due(this KeyRing ring, RotationPolicy policy, DateTimeOffset now)
    {
        var due = new List<DueRotation>();
        foreach (var keyId in ring.Versions.Select(version => version.KeyId).Distinct())
        {
            if (ring.DueAt(keyId, policy, now) is { } at && at <= now)
            {
                var primary = ring.PrimaryOf(keyId, now)!;
                var id = string.Create(
                    CultureInfo.InvariantCulture, $"{IdPrefix}{primary.Version}-{LastTried(ring, primary)}");
                due.Add(new DueRotation(keyId, primary.Version, id, primary.Label));
            }
        }

        return due;
    }

    /// <summary>
    /// When a key is rotated by itself; null when it is not: nothing says so, it is being rotated, or has no primary.
    /// </summary>
    public static DateTimeOffset? DueAt(
        this KeyRing ring, string keyId, RotationPolicy policy, DateTimeOffset now)
    {
        if (policy.Interval == TimeSpan.Zero
            || ring.PrimaryOf(keyId, now) is not { } primary
            || ring.PendingOf(keyId, now) is not null)
        {
            return null;
        }

        var due = primary.Activation + policy.Interval;
        if (LastTried(ring, primary) is var tried and > 0)
        {
            var pause = policy.Interval / RetryPart;
            var again = ring.Find(tried)!.CreatedAt + (pause > RetryMin ? pause : RetryMin);
            due = again > due ? again : due;
        }

        return due;
    }

    /// <summary>
    /// The versions whose overlap is over before its time, because their clients have switched by all that is seen.
    /// </summary>
    /// <param name="ring">The client's versions.</param>
    /// <param name="policy">How its keys are rotated.</param>
    /// <param name="lastUse">When a version was used last; null when it never was.</param>
    /// <param name="watchedSince">Since when uses are known for sure: what was before may have been forgotten.</param>
    /// <param name="now">The moment.</param>
    public static IReadOnlyList<int> Quiet(
        this KeyRing ring, RotationPolicy policy, Func<int, DateTimeOffset?> lastUse, DateTimeOffset watchedSince,
        DateTimeOffset now)
    {
        if (policy.Quiet is not { } quiet || now - watchedSince < quiet)
        {
            return [];
        }

        return
        [
            .. from version in ring.Versions
               where ring.StateOf(version, now) is KeyVersionState.Retiring
               let primary = ring.PrimaryOf(version.KeyId, now)
               where primary is not null && lastUse(primary.Version) is not null
                   && now - primary.Activation >= quiet
                   && (lastUse(version.Version) is not { } last || now - last >= quiet)
               select version.Version,
        ];
    }

    /// <summary>Whether a key ends soon, and nothing is about to take its primary's place.</summary>
    public static bool EndsSoon(this KeyRing ring, KeyVersion version, DateTimeOffset now) =>
        ring.StateOf(version, now) is KeyVersionState.Active
        && version.ExpiresAt - now <= WarnAhead
        && !(ring.PendingOf(version.KeyId, now) is { } next && next.Activation <= version.ExpiresAt);

    /// <summary>The newest version that was to replace the primary and was given up; 0 for none.</summary>
    private static int LastTried(KeyRing ring, KeyVersion primary)
    {
        var last = 0;
        foreach (var version in ring.Versions)
        {
            last = version.KeyId == primary.KeyId && version.Version > primary.Version ? version.Version : last;
        }

        return last;
    }
}
