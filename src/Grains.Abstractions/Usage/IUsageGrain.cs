using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Grains.Abstractions.Usage;

/// <summary>
/// Takes what one edge tells the usage log. The grain key is the edge's session as a decimal number.
/// </summary>
[Alias("sluice.IUsageGrain")]
public interface IUsageGrain : IGrainWithStringKey
{
    /// <summary>
    /// Stores a batch, all of it or none, before it answers. May be repeated: what is stored already counts once. An
    /// exception means that the outcome is unknown.
    /// </summary>
    [Alias("Append")]
    Task Append(UsageBatch batch);
}

/// <summary>What an edge tells at once. The next one is made when this one is stored.</summary>
[GenerateSerializer, Immutable, Alias("sluice.UsageBatch")]
public sealed record UsageBatch
{
    /// <summary>The edge's session; 1 or more.</summary>
    [Id(0)] public required long EdgeSession { get; init; }

    /// <summary>Counts the batches of the session; 1 or more. A repeat has the same number.</summary>
    [Id(1)] public required long Number { get; init; }

    /// <summary>At most 1 000 calls that ended; may be empty.</summary>
    [Id(2)] public required UsageEvent[] Events { get; init; }

    /// <summary>
    /// Of every call of the session up to this sequence that was asked for by now, the event is in this batch or an
    /// earlier one, or there is none. 0 or more.
    /// </summary>
    [Id(3)] public long CompleteThrough { get; init; }

    /// <summary>The newest sequence that the edge had given out when it made this batch; 0 or more.</summary>
    [Id(4)] public long LastSequence { get; init; }

    /// <summary>True: the session is over, and nothing comes after this.</summary>
    [Id(5)] public bool IsLast { get; init; }

    /// <summary>Events that the edge had no room for, since its session began; 0 or more.</summary>
    [Id(6)] public long Dropped { get; init; }
}

/// <summary>
/// Compares what quotas count with the usage log; the same grain as <see cref="IClientAdmission"/>. The grain key is
/// the client id.
/// </summary>
[Alias("sluice.IClientUsage")]
public interface IClientUsage : IGrainWithStringKey
{
    /// <summary>
    /// Begins a comparison if none is running, and says how far it is: ask again until it is over. Null when there is
    /// no such client.
    /// </summary>
    /// <param name="after">A comparison that was over by this number is not told again; 0 at first.</param>
    [Alias("Reconcile"), AlwaysInterleave]
    ValueTask<ReconcileReply?> Reconcile(long after);
}

/// <summary>How far a comparison is. Values are wire: they are only ever added to.</summary>
[GenerateSerializer, Alias("sluice.ReconcileState")]
public enum ReconcileState
{
    /// <summary>It waits until edges have told what they run.</summary>
    Waiting = 0,

    /// <summary>The log is whole, and the counts are what it says.</summary>
    Done = 1,

    /// <summary>The log may not be whole: no count was lowered.</summary>
    Incomplete = 2,
}

/// <summary>How far a comparison is.</summary>
[GenerateSerializer, Immutable, Alias("sluice.ReconcileReply")]
public sealed record ReconcileReply
{
    /// <summary>Counts the comparisons that are over in this activation; 0 or more.</summary>
    [Id(0)] public long Number { get; init; }

    /// <summary>How far it is.</summary>
    [Id(1)] public ReconcileState State { get; init; }

    /// <summary>Edge sessions that have not told.</summary>
    [Id(2)] public long[] Awaiting { get; init; } = [];

    /// <summary>What was compared, once it is over.</summary>
    [Id(3)] public ReconciledQuota[] Quotas { get; init; } = [];
}

/// <summary>A quota that was compared.</summary>
/// <param name="Name">Its name in the plan.</param>
/// <param name="Counted">What it counted as of the moment compared; 0 or more.</param>
/// <param name="Logged">What the log shows for that moment; 0 or more.</param>
/// <param name="Changed">By how much the count was changed; below 0 where it was lowered.</param>
[GenerateSerializer, Immutable, Alias("sluice.ReconciledQuota")]
public readonly record struct ReconciledQuota(
    [property: Id(0)] string Name, [property: Id(1)] long Counted, [property: Id(2)] long Logged,
    [property: Id(3)] long Changed);
