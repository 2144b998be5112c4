namespace Sluice.Rules.Keys;

/// <summary>
/// Where a version of a key is in its life, with the names of NIST SP 800-57 part 1 beside. It only ever moves down
/// this list, or to one of the last two.
/// </summary>
public enum KeyVersionState
{
    /// <summary>It will take its predecessor's place [pre-activation]; it may be accepted already.</summary>
    Pending,

    /// <summary>The primary of its key [active].</summary>
    Active,

    /// <summary>A newer one has its place, and it is accepted for a while still [active].</summary>
    Retiring,

    /// <summary>Refused, because a newer one took its place [deactivated].</summary>
    Retired,

    /// <summary>Refused, because its time is over [deactivated].</summary>
    Expired,

    /// <summary>It was given up before it took its predecessor's place [destroyed].</summary>
    Cancelled,

    /// <summary>Refused for good, because somebody said so [compromised].</summary>
    Revoked,
}
