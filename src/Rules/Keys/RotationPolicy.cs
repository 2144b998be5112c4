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
}
