namespace Sluice.Grains.Abstractions.Clients;

/// <summary>What a client's grain answers to a report of what an edge runs.</summary>
[GenerateSerializer, Immutable, Alias("sluice.ReportReply")]
public sealed record ReportReply
{
    /// <summary>The activation that answers: higher is newer. 0 when no client stands behind the answer.</summary>
    [Id(0)] public required long Epoch { get; init; }

    /// <summary>
    /// False: this activation may not be the client's any more, and nothing was renewed. The report is repeated.
    /// </summary>
    [Id(1)] public required bool IsRenewed { get; init; }

    /// <summary>How long the slots of the reported calls stay taken, from when the report was received.</summary>
    [Id(2)] public TimeSpan SlotTtl { get; init; }

    /// <summary>What becomes of calls that cannot be renewed, by the plan of now.</summary>
    [Id(3)] public SlotFence Fence { get; init; }

    /// <summary>
    /// Calls that are to be ended now, in good order, because they have used up a limit; said as long as they run.
    /// </summary>
    [Id(6)] public StoppedCall[] Stops { get; init; } = [];
}
