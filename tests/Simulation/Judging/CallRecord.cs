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

    /// <summary>Tokens that it reads at most, and that it says it may answer at most.</summary>
    internal long InputUpper { get; init; }

    internal long OutputCap { get; init; }

    /// <summary>Its edge has sent it to the pool, whether it came there or not.</summary>
    internal bool IsDispatched { get; set; }

    /// <summary>Its edge admitted it without its grain.</summary>
    internal bool IsAlone { get; set; }

    /// <summary>What its edge admitted it by; null when it asked for it.</summary>
    internal ChunkRecord? Chunk { get; set; }

    /// <summary>Tokens that its edge knows it used; null before its end.</summary>
    internal (long Input, long Output)? Use { get; set; }

    /// <summary>When a grain had heard its end, in time to charge it what it used; below zero before.</summary>
    internal long SettledAt { get; set; } = -1;

    internal Lineage? SettledBy { get; set; }

    /// <summary>The usage log has it from its edge.</summary>
    internal bool IsLogged { get; set; }

    /// <summary>Questions about it that have no answer yet, and when one last ended without.</summary>
    internal int OpenQuestions { get; set; }

    internal long LostQuestionAt { get; set; } = -1;

    /// <summary>Its edge has asked a grain about it.</summary>
    internal bool IsAsked { get; set; }

    /// <summary>When an answer to it said last that it is admitted; below zero when none did.</summary>
    internal long AdmittedAt { get; set; } = -1;

    /// <summary>
    /// Tokens that it took when it was admitted, at least: all of its cap by a plan that says so, and else never less
    /// than 64 of it.
    /// </summary>
    internal long LeastReserved =>
        InputUpper + (Client.ReservesFullCap ? OutputCap : Math.Min(OutputCap, 64));

    internal long TokensUsed => Use is { } use ? use.Input + use.Output : 0;

    internal bool IsRunning => StartedAt >= 0 && EndedAt < 0;

    public override string ToString() => $"{Client.Name} {Id.EdgeSession}-{Id.Sequence}";
}
