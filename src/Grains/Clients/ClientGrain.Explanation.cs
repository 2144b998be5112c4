using System.Runtime.CompilerServices;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Grains.Plans;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Keys;
using Sluice.Rules.Limits;
using Sluice.Rules.Policies;
using RequestId = Sluice.Grains.Abstractions.Clients.RequestId;
using RuleId = Sluice.Rules.Limits.RequestId;
using Verdict = Sluice.Rules.Admission.Verdict;

namespace Sluice.Grains.Clients;

/// <summary>Why it decided as it did, what it would decide, and slots that an operator frees.</summary>
internal sealed partial class ClientGrain : IClientExplanation
{
    // Who knows a client's id may try keys; that must not push out what its own calls were told.
    private const int KeyRefusalsKept = 16;

    // No edge gives it to a call.
    private static readonly RuleId Supposed = new(long.MaxValue, long.MaxValue);

    private readonly DecisionLog _decisions = new(options.Value.DecisionsKept);
    private readonly DecisionLog _keyRefusals = new(Math.Min(KeyRefusalsKept, options.Value.DecisionsKept));

    private string _lastModel = "";

    public ValueTask<DecisionExplanation?> ExplainDecision(RequestId requestId)
    {
        DeactivateIfNobody();
        ref var kept = ref Kept(requestId.ToRule());
        return ValueTask.FromResult(Unsafe.IsNullRef(ref kept) ? null : Explained(in kept, requestId));
    }

    public async ValueTask<DecisionExplanation?> ExplainCall(SupposedCall supposed)
    {
        DeactivateIfNobody();
        var tenant = _tenantPolicy is null || _definition is null ? null : await SupposeAtTenant(supposed);
        if (_plan is not { } plan)
        {
            return null;
        }

        var now = Now;
        var (version, mac, policy) = KeyFor(supposed.KeyVersion, now);
        var costs = new Costs(
            supposed.InputTokens,
            supposed.OutputTokens,
            [new Cost(Units.Images, supposed.Images), new Cost(Units.Pages, supposed.Pages)],
            ScopeMapping.FactsOf(supposed.Model, supposed.Endpoint, version, supposed.ClientAddress))
        {
            Price = _metering.CountsCost ? _prices?.Of(supposed.Model) ?? Price.Unknown : null,
        };
        var (decision, limits) = Explanation.Try(
            _client,
            new AdmissionRequest(Supposed, version, mac, supposed.Model, costs)
            {
                Endpoint = supposed.Endpoint,
                Features = RoleCall.FeaturesOf(supposed.Images, supposed.Pages, supposed.Priority),
                Token = SupposedToken(supposed),
                Address = supposed.ClientAddress == UInt128.Zero ? null : supposed.ClientAddress,
            },
            policy, now);
        decision = decision.Verdict is Verdict.Admitted ? RefusalOf(tenant, costs, now) ?? decision : decision;
        return new DecisionExplanation
        {
            RequestId = default,
            At = now.Utc,
            Verdict = decision.Verdict.ToWire(),
            RetryAfter = decision.RetryAfter,
            RefusedBy = decision.RefusedBy,
            Binding = decision.RefusedBy ?? ExplanationMapping.BindingOf(limits),
            Model = supposed.Model,
            KeyVersion = supposed.KeyVersion,
            Plan = plan.Plan,
            PlanVersion = plan.Version,
            Epoch = _epoch,
            Limits = [.. limits.ToWire(), .. tenant?.Limits ?? []],
            Role = _definition!.Role,
            TokenRoles = Claimed(supposed.TokenRoles)?.Names,
        };
    }

    public ValueTask<SlotDetail[]?> ListSlots()
    {
        DeactivateIfNobody();
        if (_definition is null)
        {
            return ValueTask.FromResult<SlotDetail[]?>(null);
        }

        var now = Now;
        _client.MoveTo(now, _policy);
        return ValueTask.FromResult<SlotDetail[]?>(
        [
            .. from slot in _client.Slots.Taken
               orderby slot.Key.EdgeSession, slot.Key.Sequence
               select new SlotDetail(
                   slot.Key.ToWire(),
                   ModelOf(slot.Key),
                   now.Elapsed - slot.Value.Admitted?.Elapsed,
                   slot.Value.Deadline - now.Elapsed),
        ]);
    }

    public async ValueTask<ChangeReply> ReleaseSlot(RequestId requestId)
    {
        if (_definition is not { } definition)
        {
            return NoSuchClient();
        }

        if (_fenced)
        {
            throw new OrleansException($"Client {ClientId} is counted by another activation by now.");
        }

        // Its call goes on and nobody will settle it any more, so it is charged what is counted of it.
        if (_client.Slots.Taken.TryGetValue(requestId.ToRule(), out var slot)
            && AdmissionRules.Complete(
                _client, requestId.ToRule(), new Ending(EndingKind.Used, slot.Counted), _policy, Now))
        {
            LogChanged(ClientId, definition.Tenant, $"slot of {requestId} released by hand");
        }

        await SettleReleased(requestId, slot.Counted);
        return ChangeReply.Done;
    }

    /// <summary>Keeps a decision to be explained. A repeat is answered as before and was kept then.</summary>
    private void Remember(in AdmissionRequest asked, in Decision decision, Moment now, TenantHoldReply? tenant)
    {
        ReportShadows(decision.ShadowRefusals);
        if (_plan is not { } plan || _decisions.IsOff || IsRepeat(asked, decision, now))
        {
            return;
        }

        ref var kept = ref Place(asked, decision);
        kept.RequestId = asked.RequestId;
        kept.At = now.Utc;
        kept.Verdict = decision.Verdict;
        kept.RetryAfter = decision.RetryAfter;
        kept.RefusedBy = decision.RefusedBy;
        kept.ShadowRefusals = decision.ShadowRefusals;
        kept.Model = _lastModel = _lastModel == asked.Model ? _lastModel : asked.Model; // One text for many calls.
        kept.KeyVersion = asked.KeyVersion;
        kept.Costs = asked.Costs;
        kept.Plan = plan;
        kept.Policy = _policy;
        kept.StoppedBy = null;
        (kept.Role, kept.TokenRoles) = (_definition!.Role, asked.Token?.Calls?.Names);
        kept.TenantLimits = tenant is { Limits.Length: > 0 } ? tenant.Limits : null;
        Explanation.Read(_client, _policy, kept.Levels);
    }

    /// <summary>Says so to whoever watches; also when no decision is kept.</summary>
    private void ReportShadows(UInt128 refusals)
    {
        for (var i = 0; refusals != UInt128.Zero; i++, refusals >>= 1)
        {
            if ((refusals & UInt128.One) != UInt128.Zero)
            {
                ShadowMetrics.WouldRefuse(_plan!.Plan, _policy.Shadows[i].Limit.Name);
            }
        }
    }

    private bool IsRepeat(in AdmissionRequest asked, in Decision decision, Moment now) =>
        decision.Verdict is Verdict.Admitted
        && _client.Slots.Taken.TryGetValue(asked.RequestId, out var slot)
        && slot.Admitted?.Elapsed != now.Elapsed;

    /// <summary>A call that waits asks many times, and must not push out the others: it keeps its place.</summary>
    private ref KeptDecision Place(in AdmissionRequest asked, in Decision decision)
    {
        if (decision.Verdict.RefusesKey())
        {
            return ref _keyRefusals.Next();
        }

        if (decision.Verdict is Verdict.Pending)
        {
            ref var waiting = ref _decisions.Find(asked.RequestId);
            if (!Unsafe.IsNullRef(ref waiting))
            {
                return ref waiting;
            }
        }

        return ref _decisions.Next();
    }

    private ref KeptDecision Kept(RuleId requestId)
    {
        ref var kept = ref _decisions.Find(requestId);
        if (Unsafe.IsNullRef(ref kept))
        {
            return ref _keyRefusals.Find(requestId);
        }

        return ref kept;
    }

    private string? ModelOf(RuleId requestId)
    {
        ref var kept = ref _decisions.Find(requestId);
        return Unsafe.IsNullRef(ref kept) ? null : kept.Model;
    }

    private DecisionExplanation Explained(ref readonly KeptDecision kept, RequestId requestId)
    {
        var copy = kept;
        var limits = copy.Verdict is Verdict.Admitted
            ? Explanation.OfAdmitted(copy.Levels, copy.Policy, copy.Costs, copy.At, copy.ShadowRefusals)
            : Explanation.Of(copy.Levels, copy.Policy, copy.Costs, copy.At);
        return new DecisionExplanation
        {
            RequestId = requestId,
            At = copy.At,
            Verdict = copy.Verdict.ToWire(),
            RetryAfter = copy.RetryAfter,
            RefusedBy = copy.RefusedBy,
            Binding = copy.RefusedBy ?? ExplanationMapping.BindingOf(limits),
            Model = copy.Model,
            KeyVersion = copy.KeyVersion,
            Plan = copy.Plan.Plan,
            PlanVersion = copy.Plan.Version,
            Epoch = _epoch,
            Limits = [.. limits.ToWire(), .. copy.TenantLimits ?? []],
            StoppedBy = copy.StoppedBy,
            Role = copy.Role,
            TokenRoles = copy.TokenRoles,
        };
    }

    /// <summary>
    /// The key of a call that is only supposed. Where none is named, the rules are asked with one that works, whatever
    /// keys the client has: its limits are in question, not its keys.
    /// </summary>
    private (int Version, ReadOnlyMemory<byte> Mac, ClientPolicy Policy) KeyFor(int version, Moment now)
    {
        if (version > 0)
        {
            return (version, _policy.Keys.Find(version)?.Mac.AsMemory() ?? default, _policy);
        }

        var (ring, key) = KeyRing.Empty.Issue([.. new byte[32]], KeyRing.LifetimeMax, "", now.Utc);
        return (key.Version, key.Mac.AsMemory(), _policy with { Keys = ring });
    }

    private ShadowLimitState[] ShadowLimitsAt(Moment now)
    {
        ShadowRules.MoveTo(_client, _policy, now);
        var levels = new LimitLevel[Explanation.CountLevels(_policy)];
        Explanation.Read(_client, _policy, levels);
        return [.. Explanation.Of(levels, _policy, default, now.Utc).Where(limit => limit.IsShadow).Select(
            (limit, i) => new ShadowLimitState(limit.ToWire(), _client.Shadows[i].Refusals))];
    }
}
