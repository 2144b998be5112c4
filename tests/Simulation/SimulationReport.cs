using System.Globalization;
using Sluice.Simulation.Judging;

namespace Sluice.Simulation;

/// <summary>How one run went.</summary>
internal sealed record SimulationReport
{
    internal required long Seed { get; init; }

    /// <summary>What went wrong in it, in words.</summary>
    internal required string Mix { get; init; }

    /// <summary>Nothing in it may cost a silo its memory.</summary>
    internal required bool IsGentle { get; init; }

    /// <summary>Over every step and every event: the same for the same seed and the same program, anywhere.</summary>
    internal required string Hash { get; init; }

    internal required long Steps { get; init; }

    internal required TimeSpan Simulated { get; init; }

    /// <summary>The promise that was broken; null when all were kept.</summary>
    internal required Violation? Violation { get; init; }

    internal required IReadOnlyList<string> LastEvents { get; init; }

    internal required Gaps Gaps { get; init; }

    /// <summary>Calls that clients made.</summary>
    internal required long Asked { get; init; }

    /// <summary>Calls that the pool began with.</summary>
    internal required long Begun { get; init; }

    /// <summary>Activations of clients.</summary>
    internal required long Openings { get; init; }

    /// <summary>Activations that went on with what another had left.</summary>
    internal required long GoneOn { get; init; }

    /// <summary>Calls that an activation admitted while a newer one was open: two at once.</summary>
    internal required long Overtaken { get; init; }

    /// <summary>Shares of their limits that tenants lent to clients.</summary>
    internal required long Lent { get; init; }

    /// <summary>Calls that edges admitted by chunks.</summary>
    internal required long ByChunk { get; init; }

    /// <summary>Refusals by rates, of which some are held against what was used.</summary>
    internal required long Refused { get; init; }

    /// <summary>Calls that edges admitted without their grain, and of those what grains have taken as debts.</summary>
    internal required long Alone { get; init; }

    internal required long Debts { get; init; }

    /// <summary>Calls that the usage log has from their edges.</summary>
    internal required long Logged { get; init; }

    /// <summary>Counts that were compared with a whole log at the end.</summary>
    internal required long Compared { get; init; }

    /// <summary>Everything that is needed to see it again; empty when nothing was broken.</summary>
    internal string Failure => Violation is null ? "" : string.Create(CultureInfo.InvariantCulture, $"""
        seed {Seed} breaks {Violation.Invariant} at step {Steps}, {Simulated.TotalSeconds:0.000} s ({Mix}):
        {Violation.What}
        The last events:
        {string.Join(Environment.NewLine, LastEvents.Select(line => $"  {line}"))}
        Replay it with: ./bench simulate --seed {Seed} --trace
        """);
}
