using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Audit;
using Sluice.Grains.Revocations;
using Sluice.Rules;
using Sluice.Rules.Audit;
using Sluice.Rules.Limits;
using Sluice.Rules.Policies;
using Sluice.Rules.Revocations;

namespace Sluice.Grains.Plans;

/// <summary>A plan at rest.</summary>
[GenerateSerializer, Alias("sluice.StoredPlan")]
public sealed record StoredPlan : IRevokingState, IAuditedState
{
    [Id(0)] public PlanDefinition? Definition { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<Revocation> Revokes { get; private init; } = [];

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<AuditNote> Audits { get; private init; } = [];

    /// <summary>What edges remember by an older version of the plan is over; nobody remembers a first one.</summary>
    public static StoredPlan Of(PlanDefinition plan, PlanDefinition? before = null) => new()
    {
        Definition = plan,
        Audits =
        [
            AuditNotes.OfChange(before is null ? "plan.create" : "plan.replace", $"plan/{plan.Plan}", before, plan),
        ],
        Revokes = plan.Version > 1
            ? [new Revocation(0, RevocationKind.PlanPolicy, plan.Plan, plan.Version, Revocation.MemoryLives)]
            : [],
    };
}

/// <summary>One plan, and who works by it now.</summary>
/// <remarks>
/// Subscribers live in memory only: every active client asks again once a minute, so a plan that moved knows them soon.
/// </remarks>
internal sealed partial class PlanGrain(
    [PersistentState("plan")] IPersistentState<StoredPlan> stored, ILogger<PlanGrain> logger) : Grain, IPlanGrain
{
    private const int PatternsMax = 256;

    private readonly HashSet<string> _subscribers = [];
    private PlanDefinition? _plan;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _plan = stored.State.Definition;
        return Task.CompletedTask;
    }

    public Task<ChangeReply> Create(PlanDefinition plan) => _plan is null
        ? Change(plan)
        : Task.FromResult(new ChangeReply(ChangeOutcome.AlreadyExists, $"There is a plan '{plan.Plan}' already."));

    public async Task<ChangeReply> Replace(PlanDefinition plan)
    {
        if (_plan is null)
        {
            return new ChangeReply(ChangeOutcome.NotFound, $"There is no plan '{this.GetPrimaryKeyString()}'.");
        }

        return _plan.OwnedBy.Length > 0 && _plan.OwnedBy != plan.OwnedBy
            ? new ChangeReply(ChangeOutcome.OwnedByFile, _plan.OwnedBy)
            : await Change(plan);
    }

    public ValueTask<PlanDefinition?> Describe() => ValueTask.FromResult(_plan);

    public ValueTask<PlanDefinition?> Subscribe(string clientId)
    {
        if (_plan is not null)
        {
            _subscribers.Add(clientId);
        }

        return ValueTask.FromResult(_plan);
    }

    public ValueTask<PlanLiveState> Inspect() => ValueTask.FromResult(
        new PlanLiveState { Definition = _plan, Subscribers = _subscribers.Count });

    private async Task<ChangeReply> Change(PlanDefinition plan)
    {
        var mistakes = MistakesIn(plan);
        if (mistakes.Count > 0)
        {
            return new ChangeReply(ChangeOutcome.Invalid, string.Join(' ', mistakes));
        }

        var next = plan with { Version = (_plan?.Version ?? 0) + 1 };
        await Store(next);
        _plan = next; // A client that subscribes from here on gets this version; the others are told below.
        await TellSubscribers(next);
        LogChanged(next.Plan, next.Version, _subscribers.Count);
        return ChangeReply.Done;
    }

    private async Task TellSubscribers(PlanDefinition plan)
    {
        var subscribers = _subscribers.ToArray();
        var concerned = await Task.WhenAll(subscribers.Select(async clientId =>
        {
            try
            {
                return await GrainFactory.GetGrain<IPlanSubscriber>(clientId).PlanChanged(plan);
            }
            catch (Exception exception)
            {
                LogNotTold(exception, clientId, plan.Plan, plan.Version);
                return true; // It asks again by itself within a minute.
            }
        }));
        for (var i = 0; i < subscribers.Length; i++)
        {
            if (!concerned[i])
            {
                _subscribers.Remove(subscribers[i]);
            }
        }
    }

    private List<string> MistakesIn(PlanDefinition plan)
    {
        var mistakes = new List<string>(LimitRules.MistakesIn(plan.Limits.ToRules()));
        if (plan.Plan != this.GetPrimaryKeyString() || !Names.IsName(plan.Plan))
        {
            mistakes.Add($"plan: '{plan.Plan}' is not {Names.Rule}.");
        }

        mistakes.AddRange(plan.Degraded.ToRule().Mistakes());
        mistakes.AddRange(PriceList.MistakesIn(plan.Prices.ToRules(), plan.Limits.ToRules()));
        AddMistakes("models.use", plan.UsableModels, mistakes);
        AddMistakes("models.see", plan.VisibleModels, mistakes);
        return mistakes;
    }

    private static void AddMistakes(string place, string[] patterns, List<string> mistakes)
    {
        if (patterns.Length > PatternsMax)
        {
            mistakes.Add($"{place}: {patterns.Length} patterns are too many; {PatternsMax} is the most.");
        }

        mistakes.AddRange(
            from pattern in patterns
            where !ModelAccess.IsPattern(pattern)
            select $"{place}: '{pattern}' is not a model's name or a beginning followed by '*'.");
    }

    private async Task Store(PlanDefinition plan)
    {
        var before = stored.State;
        stored.State = StoredPlan.Of(plan, _plan);
        try
        {
            await stored.WriteStateAsync();
        }
        catch
        {
            stored.State = before;
            DeactivateOnIdle(); // The write may have happened: the next activation reads what is true.
            throw;
        }
    }

    [LoggerMessage(1101, LogLevel.Information, "Plan {Plan} is now version {Version}; {Subscribers} clients told.")]
    private partial void LogChanged(string plan, long version, int subscribers);

    [LoggerMessage(1102, LogLevel.Warning, "Client {ClientId} could not be told of plan {Plan}, version {Version}.")]
    private partial void LogNotTold(Exception exception, string clientId, string plan, long version);
}
