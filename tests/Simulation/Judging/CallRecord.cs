using Sluice.Grains.Abstractions.Clients;
using Sluice.Simulation.Kernel;

namespace Sluice.Simulation.Judging;

/// <summary>One model call, as the judge saw it from outside. Times are true times, in ticks.</summary>
internal sealed class CallRecord
{
    internal required RequestId Id { get; init; }

    internal required SimulatedClient Client { get; init; }

    internal required long AskedAt { get; init; }

    /// <summary>The edge that it came to.</summary>
    internal required SimulatedProcess Edge { get; init; }

    /// <summary>When its answer came to the edge; below zero while there is none.</summary>
    internal long AnsweredAt { get; set; } = -1;

    /// <summary>The activation that admitted it; zero while none has.</summary>
    internal long Epoch { get; set; }

    internal Lineage? Lineage { get; set; }

    /// <summary>When the pool began with it; below zero when it never saw it.</summary>
    internal long StartedAt { get; set; } = -1;

    /// <summary>When the pool was done with it; below zero before.</summary>
    internal long EndedAt { get; set; } = -1;

    /// <summary>When the edge began to tell its end; below zero before.</summary>
    internal long CompletingAt { get; set; } = -1;

    /// <summary>When its edge asked for the last thing that gave its slot a new deadline.</summary>
    internal long RenewedAt { get; set; }

    /// <summary>The activation that did so last; zero when its admission was the last.</summary>
    internal long RenewedEpoch { get; set; }

    /// <summary>When it was known that this activation had done so for the first time.</summary>
    internal long RenewedSince { get; set; }

    /// <summary>Asked for in quiet times: it must be admitted.</summary>
    internal bool MustBeAdmitted { get; init; }

    internal bool IsRunning => StartedAt >= 0 && EndedAt < 0;

    public override string ToString() => $"{Client.Name} {Id.EdgeSession}-{Id.Sequence}";
}
