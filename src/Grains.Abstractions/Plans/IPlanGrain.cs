namespace Sluice.Grains.Abstractions.Plans;

/// <summary>
/// A plan: what its clients may use, and how much of it. The grain key is the plan id: 1 to 63 of a-z, 0-9 and '-'.
/// </summary>
/// <remarks>All methods may be repeated. An exception means that the outcome is unknown.</remarks>
[Alias("sluice.IPlanGrain")]
public interface IPlanGrain : IGrainWithStringKey
{
    /// <summary>Makes the plan; answers <see cref="ChangeOutcome.AlreadyExists"/> if there is one.</summary>
    [Alias("Create")]
    Task<ChangeReply> Create(PlanDefinition plan);

    /// <summary>Replaces the plan, stored first, then in force at every active client before this answers.</summary>
    [Alias("Replace")]
    Task<ChangeReply> Replace(PlanDefinition plan);

    /// <summary>The plan as stored; null when there is none.</summary>
    [Alias("Describe"), AlwaysInterleave]
    ValueTask<PlanDefinition?> Describe();

    /// <summary>
    /// The plan as stored, null when there is none. From now on the client is told of changes through
    /// <see cref="IPlanSubscriber"/> until it is gone. Interleaves, so that a client can activate while a change waits.
    /// </summary>
    [Alias("Subscribe"), AlwaysInterleave]
    ValueTask<PlanDefinition?> Subscribe(string clientId);

    /// <summary>What the plan has in memory now.</summary>
    [Alias("Inspect"), AlwaysInterleave]
    ValueTask<PlanLiveState> Inspect();
}

/// <summary>A plan in memory.</summary>
[GenerateSerializer, Immutable, Alias("sluice.PlanLiveState")]
public sealed record PlanLiveState
{
    /// <summary>The plan in force; null when there is none.</summary>
    [Id(0)] public PlanDefinition? Definition { get; init; }

    /// <summary>
    /// Clients that will be told of a change at once; within a minute, every active client of the plan is one.
    /// </summary>
    [Id(1)] public int Subscribers { get; init; }
}

/// <summary>Whoever works by a plan and wants to know when it changes.</summary>
[Alias("sluice.IPlanSubscriber")]
public interface IPlanSubscriber : IGrainWithStringKey
{
    /// <summary>The plan is now this one. A version below the one already known is ignored.</summary>
    /// <returns>False when the client no longer works by this plan and need not be told again.</returns>
    [Alias("PlanChanged"), AlwaysInterleave]
    ValueTask<bool> PlanChanged(PlanDefinition plan);
}

/// <summary>What the clients of a plan may use, and how much.</summary>
[GenerateSerializer, Immutable, Alias("sluice.PlanDefinition")]
public sealed record PlanDefinition
{
    /// <summary>The plan's id: 1 to 63 of a-z, 0-9 and '-'.</summary>
    [Id(0)] public required string Plan { get; init; }

    /// <summary>Counts the changes of this plan; given by the plan, 0 in a request.</summary>
    [Id(1)] public long Version { get; init; }

    /// <summary>At most 64 limits with distinct names. A kind that has none is not limited.</summary>
    [Id(2)] public required LimitDefinition[] Limits { get; init; }

    /// <summary>Patterns of the models that may be used: a name, or a beginning followed by '*'. At most 256.</summary>
    [Id(3)] public required string[] UsableModels { get; init; }

    /// <summary>Patterns of the models that may be seen besides and not used. At most 256.</summary>
    [Id(4)] public string[] VisibleModels { get; init; } = [];

    /// <summary>The configuration file that owns the plan; empty when the admin API does.</summary>
    [Id(5)] public string OwnedBy { get; init; } = "";

    /// <summary>What edges may do while a client's grain is out of reach; null is nothing.</summary>
    [Id(7)] public DegradedDefinition? Degraded { get; init; }

    /// <summary>
    /// True: a call reserves all tokens that it may answer, so that limits of tokens are never passed. False: what the
    /// client's answers seldom pass; what goes beyond is a debt.
    /// </summary>
    [Id(6)] public bool ReserveFullCap { get; init; }

    /// <summary>
    /// True: calls whose slots cannot be renewed go on, so that more may run than a limit on calls at once says. False:
    /// their edge ends them.
    /// </summary>
    [Id(8)] public bool LenientFence { get; init; }

    /// <summary>
    /// True: a stream that has used more tokens than it reserved is ended, in good order, once a limit of tokens is
    /// used up. False: it goes on, and what it uses is a debt.
    /// </summary>
    [Id(9)] public bool StopStreams { get; init; }

    /// <summary>
    /// True: every call of its clients is asked for, however many there are. False: edges of busy clients get chunks.
    /// </summary>
    [Id(10)] public bool WithoutChunks { get; init; }

    /// <summary>
    /// True: no call of its clients is admitted that could not be logged, so that each is in the bill. False: an edge
    /// that cannot reach the log goes on, and counts what it could not keep.
    /// </summary>
    [Id(11)] public bool Metered { get; init; }

    /// <summary>What calls cost, where a limit counts <c>cost</c>; at most 256. Empty: nothing has a price.</summary>
    [Id(14)] public PriceDefinition[] Prices { get; init; } = [];
}
