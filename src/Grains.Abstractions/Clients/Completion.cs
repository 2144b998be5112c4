namespace Sluice.Grains.Abstractions.Clients;

/// <summary>How an admitted request ended. Values are wire: they are only ever added to.</summary>
[GenerateSerializer, Alias("sluice.CompletionOutcome")]
public enum CompletionOutcome
{
    /// <summary>The request reached a pool, however it ended there: it counts as used.</summary>
    Dispatched = 0,

    /// <summary>
    /// No pool ever saw the request: what it took of quotas is given back, and of rates what has not refilled since.
    /// </summary>
    NotDispatched = 1,
}

/// <summary>How surely it is known what a request used. Values are wire: they are only ever added to.</summary>
[GenerateSerializer, Alias("sluice.UsageCertainty")]
public enum UsageCertainty
{
    /// <summary>The edge did not say.</summary>
    Unknown = 0,

    /// <summary>No pool worked on it: it reached none, or the pool refused it.</summary>
    NothingUsed = 1,

    /// <summary>The pool said what it used.</summary>
    Reported = 2,

    /// <summary>
    /// A pool may have worked on it and did not say what it used: all of its input at most, and what was seen of its
    /// answer.
    /// </summary>
    Estimated = 3,
}

/// <summary>The end of a request.</summary>
/// <param name="RequestId">The request that ended.</param>
/// <param name="Outcome">How it ended.</param>
[GenerateSerializer, Immutable, Alias("sluice.Completion")]
public readonly record struct Completion(
    [property: Id(0)] RequestId RequestId,
    [property: Id(1)] CompletionOutcome Outcome)
{
    /// <summary>Tokens that the model read; 0 or more.</summary>
    [Id(2)] public long InputTokens { get; init; }

    /// <summary>Tokens that it answered, thinking included; 0 or more.</summary>
    [Id(3)] public long OutputTokens { get; init; }

    /// <summary>How surely the tokens are known; they are 0 when nobody knows them.</summary>
    [Id(4)] public UsageCertainty Certainty { get; init; }

    /// <summary>
    /// The batch in which its edge tells the usage log of it, at the latest; 0: it does not, or does not say; -1: it
    /// would, and has no room for it.
    /// </summary>
    [Id(5)] public long LogBatch { get; init; }

    /// <summary>True: its edge stopped it in the middle, so its length says nothing of other answers.</summary>
    [Id(6)] public bool IsStopped { get; init; }
}

/// <summary>Ended requests of one client, reported together.</summary>
[GenerateSerializer, Immutable, Alias("sluice.CompletionBatch")]
public sealed record CompletionBatch
{
    /// <summary>At most 1 000 completions, in any order; repeats do no harm.</summary>
    [Id(0)] public required Completion[] Completions { get; init; }

    /// <summary>Chunks that the edge spends no more.</summary>
    [Id(1)] public ReturnedChunk[] Returned { get; init; } = [];
}

/// <summary>The requests of one client that one edge is running now.</summary>
[GenerateSerializer, Immutable, Alias("sluice.LiveRequests")]
public sealed record LiveRequests
{
    /// <summary>The session of the edge that reports.</summary>
    [Id(0)] public required long EdgeSession { get; init; }

    /// <summary>
    /// The newest sequence the edge had given out when it took this report. A slot of this session at or below it that
    /// <see cref="Sequences"/> omits is over; one above it is too new to be in the report.
    /// </summary>
    [Id(1)] public required long UpToSequence { get; init; }

    /// <summary>Sequences of the requests still running; may be empty.</summary>
    [Id(2)] public required long[] Sequences { get; init; }

    /// <summary>
    /// The newest activation that the edge knows: since before it took this report it believes no earlier one. 0 when
    /// it keeps no count. An activation takes slots it did not grant only from a report that names it.
    /// </summary>
    [Id(3)] public long Epoch { get; init; }

    /// <summary>Those of <see cref="Sequences"/> that were admitted; the others still wait for their answer.</summary>
    [Id(4)] public long[] Admitted { get; init; } = [];

    /// <summary>
    /// The batch in which the edge tells the usage log of calls that have ended by now, at the latest; 0: it keeps no
    /// log, or does not say.
    /// </summary>
    [Id(5)] public long LogBatch { get; init; }

    /// <summary>
    /// What those of <see cref="Admitted"/> hold of limits in tokens, and what they have used by now; each at most once
    /// and in any order. Loss and repeats do no harm: the most that was told counts.
    /// </summary>
    [Id(6)] public LiveUse[] Uses { get; init; } = [];
}
