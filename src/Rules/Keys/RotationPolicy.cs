namespace Sluice.Rules.Keys;

/// <summary>How the keys of a plan are rotated.</summary>
public sealed record RotationPolicy
{
    /// <summary>A day of waiting, a week beside each other, three versions kept, every thirty days.</summary>
    public static readonly RotationPolicy Default = new();

    /// <summary>How often a key is rotated by itself; zero: only when somebody asks.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long after a rotation the new version takes its predecessor's place; zero: at once.</summary>
    public TimeSpan ActivationDelay { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long both are accepted from then on; zero: not at all.</summary>
    public TimeSpan Overlap { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// True: the new version is accepted at once, and its first use begins the overlap. It costs nothing, as it is
    /// verified here, and refusing it would hurt who switches early. False: it is refused until its time.
    /// </summary>
    public bool AcceptEarly { get; init; } = true;

    /// <summary>Ended versions of a key that are remembered, so that their use can be told; 0 or more.</summary>
    public int Retention { get; init; } = 3;

    /// <summary>
    /// An overlap ends early when its old version was not used for so long, and the new one was; null: it does not.
    /// </summary>
    public TimeSpan? Quiet { get; init; }

    /// <summary>How long a version lives that is made by a rotation; between the bounds of a ring.</summary>
    public TimeSpan Lifetime { get; init; } = KeyRing.LifetimeMax;

    private const string Place = "rotation";

    private static readonly TimeSpan IntervalMin = TimeSpan.FromHours(1);
    private static readonly TimeSpan QuietMin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DelayMax = TimeSpan.FromDays(30);

    /// <summary>Most ended versions that can be remembered: a client has no room for more.</summary>
    public const int RetentionMax = 20;

    /// <summary>Every mistake, each a sentence that begins with its place; empty when keys can be rotated so.</summary>
    public IReadOnlyList<string> Mistakes()
    {
        var mistakes = new List<string>();
        if (Interval != TimeSpan.Zero && (Interval < IntervalMin || Interval > KeyRing.LifetimeMax))
        {
            mistakes.Add($"{Place}.interval: must be 0s, for only when asked, or 1h to 90d.");
        }

        if (ActivationDelay < TimeSpan.Zero || ActivationDelay > DelayMax)
        {
            mistakes.Add($"{Place}.activationDelay: must be 0s to 30d.");
        }

        if (Overlap < TimeSpan.Zero || Overlap > KeyRing.LifetimeMax)
        {
            mistakes.Add($"{Place}.overlap: must be 0s to 90d.");
        }

        if (Retention is < 0 or > RetentionMax)
        {
            mistakes.Add($"{Place}.retention: must be 0 to {RetentionMax}.");
        }

        if (Quiet is { } quiet && (quiet < QuietMin || quiet > KeyRing.LifetimeMax))
        {
            mistakes.Add($"{Place}.quiet: must be 1m to 90d.");
        }

        if (Lifetime < KeyRing.LifetimeMin || Lifetime > KeyRing.LifetimeMax)
        {
            mistakes.Add($"{Place}.lifetime: must be 1m to 90d.");
        }
        else if (Interval > TimeSpan.Zero && Interval + ActivationDelay > Lifetime)
        {
            mistakes.Add(
                $"{Place}.interval: with the activation delay it passes the lifetime, so keys would end unrotated.");
        }

        return mistakes;
    }
}
