namespace Sluice.Simulation.Faults;

/// <summary>What may go wrong.</summary>
internal enum Fault
{
    /// <summary>A silo leaves as planned, and a new one comes in its place.</summary>
    SiloStop,

    /// <summary>An edge is killed, and a new one comes in its place.</summary>
    EdgeCrash,

    /// <summary>An edge stands still for a time.</summary>
    EdgePause,

    /// <summary>The connections between an edge and a silo break.</summary>
    EdgeCut,

    /// <summary>A silo is killed.</summary>
    SiloCrash,

    /// <summary>A silo's machine is gone: nobody is told.</summary>
    MachineLoss,

    /// <summary>A silo stands still for a time, and goes on as if nothing had happened.</summary>
    SiloPause,

    /// <summary>The connections between two silos break.</summary>
    SiloCut,

    /// <summary>Nothing arrives from one machine at another, or in both directions, for a time.</summary>
    Block,

    /// <summary>
    /// A silo and an edge are on one side, everybody else on the other, for a time. The silo's way to the database is
    /// closed too, and is open again before they meet: two activations of a client live beside each other meanwhile.
    /// </summary>
    Split,

    /// <summary>Nobody reaches the database for a time.</summary>
    DatabaseDown,

    /// <summary>One silo does not reach the database for a time.</summary>
    DatabaseCutOff,

    /// <summary>Some answers of the database are lost for a time, after it has done what was asked.</summary>
    DatabaseLosesAnswers,

    /// <summary>The database is slow for a time.</summary>
    DatabaseSlow,

    /// <summary>What an edge says reaches no silo, and does again, some times in a row.</summary>
    EdgeFlap,
}

/// <summary>
/// Which faults one run has, and how often. Drawn anew for each seed: faults that are rare beside others are frequent
/// in a run of their own. A third of the runs has none that may cost a silo its memory; there every promise is exact.
/// </summary>
internal sealed class FaultMix
{
    /// <summary>The first that may cost a silo what it has in memory.</summary>
    private const Fault FirstLossy = Fault.SiloCrash;

    internal FaultMix(Random random)
    {
        IsGentle = random.Next(3) == 0;
        var candidates = Enum.GetValues<Fault>().Where(fault => !IsGentle || fault < FirstLossy).ToArray();
        var chosen = random.Next(5) switch
        {
            0 when !IsGentle => [Fault.Split], // Two activations at once live longest when nothing else disturbs them.
            1 => [],
            _ => candidates.Where(_ => random.Next(5) < 2).ToList(),
        };
        Faults = chosen.Count > 0 ? chosen : [candidates[random.Next(candidates.Length)]];
        Pause = TimeSpan.FromSeconds(1 + (random.NextDouble() * 5));
        Length = TimeSpan.FromSeconds(15 + random.Next(30));
        HangUps = random.Next(2) == 0 ? 0.15 : 0;
        Repeats = random.Next(2) == 0 ? 0.3 : 0.02;
        PoolAway = random.Next(2) == 0 ? 0.1 : 0;
        NetworkSlowness = random.Next(6) switch { 0 => 60, 1 or 2 => 12, _ => 1 };
    }

    /// <summary>No fault may cost a silo what it has in memory.</summary>
    internal bool IsGentle { get; }

    internal IReadOnlyList<Fault> Faults { get; }

    /// <summary>
    /// Every call must be answered: silos come and go as planned, and a connection that breaks can be made again. Only
    /// an edge that stands still has no time left for a call.
    /// </summary>
    internal bool LosesNoCall => IsGentle && !Faults.Contains(Fault.EdgePause);

    /// <summary>Between two faults, on the average.</summary>
    internal TimeSpan Pause { get; }

    /// <summary>How long there are faults.</summary>
    internal TimeSpan Length { get; }

    /// <summary>The share of clients that hang up.</summary>
    internal double HangUps { get; }

    /// <summary>The share of calls whose question is asked again.</summary>
    internal double Repeats { get; }

    /// <summary>The share of calls that cannot be sent to the pool.</summary>
    internal double PoolAway { get; }

    /// <summary>How many times slower than usual messages are; 1 or more.</summary>
    internal int NetworkSlowness { get; }

    internal static bool IsLossy(Fault fault) => fault >= FirstLossy;

    public override string ToString() =>
        $"{(IsGentle ? "gentle" : "rough")} for {Length.TotalSeconds} s, network {NetworkSlowness}: "
        + string.Join(", ", Faults);
}
