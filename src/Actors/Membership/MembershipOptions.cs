namespace Sluice.Actors.Membership;

/// <summary>
/// When a silo is taken for dead. All silos of an installation must have the same values: the declarer's count.
/// </summary>
public sealed record MembershipOptions
{
    /// <summary>How often a silo says that it lives. Default 1 s; 10 ms or more.</summary>
    public TimeSpan HeartbeatPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// After this a heartbeat or a declaration has failed. Default 1 s; longer than zero, at most
    /// <see cref="HeartbeatPeriod"/>.
    /// </summary>
    public TimeSpan HeartbeatTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest time between two heartbeats of one silo that still counts as without a gap. Default 1.5 s; longer
    /// than <see cref="HeartbeatPeriod"/>.
    /// </summary>
    public TimeSpan GapMax { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>
    /// How long a silo may be silent. Default 3 s; at least <see cref="GapMax"/> and <see cref="HeartbeatPeriod"/>
    /// together, so that a heartbeat which is merely late kills nobody.
    /// </summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a suspicion counts. Default 5 s; longer than <see cref="SuspicionPeriod"/>.</summary>
    public TimeSpan SuspicionLifetime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The shortest time between two notes of the same suspicion by the same silo. Default 1 s; longer than zero.
    /// </summary>
    public TimeSpan SuspicionPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long joining is tried. Default 30 s; longer than zero.</summary>
    public TimeSpan JoinTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long each of the two steps of leaving is tried; then the silo stops all the same, and the others find it
    /// silent. Default 3 s; longer than zero.
    /// </summary>
    public TimeSpan LeaveTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Every value out of its range, by name; empty when all are fine.</summary>
    public IEnumerable<string> Mistakes()
    {
        if (HeartbeatPeriod < TimeSpan.FromMilliseconds(10))
        {
            yield return $"{nameof(HeartbeatPeriod)} is {HeartbeatPeriod}; it must be 10 ms or more.";
        }

        foreach (var (name, value) in new[]
        {
            (nameof(HeartbeatTimeout), HeartbeatTimeout), (nameof(SuspicionPeriod), SuspicionPeriod),
            (nameof(JoinTimeout), JoinTimeout), (nameof(LeaveTimeout), LeaveTimeout),
        })
        {
            if (value <= TimeSpan.Zero)
            {
                yield return $"{name} is {value}; it must be longer than zero.";
            }
        }

        if (HeartbeatTimeout > HeartbeatPeriod)
        {
            yield return $"{nameof(HeartbeatTimeout)} is {HeartbeatTimeout}; it must be {nameof(HeartbeatPeriod)}, " +
                $"{HeartbeatPeriod}, at most.";
        }

        if (GapMax <= HeartbeatPeriod)
        {
            yield return $"{nameof(GapMax)} is {GapMax}; it must be longer than {nameof(HeartbeatPeriod)}, " +
                $"{HeartbeatPeriod}.";
        }

        if (SilenceMax < GapMax + HeartbeatPeriod)
        {
            yield return $"{nameof(SilenceMax)} is {SilenceMax}; it must be {nameof(GapMax)} and " +
                $"{nameof(HeartbeatPeriod)} together, {GapMax + HeartbeatPeriod}, or more.";
        }

        if (SuspicionLifetime <= SuspicionPeriod)
        {
            yield return $"{nameof(SuspicionLifetime)} is {SuspicionLifetime}; it must be longer than " +
                $"{nameof(SuspicionPeriod)}, {SuspicionPeriod}.";
        }
    }
}
