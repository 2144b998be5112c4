using Sluice.Grains.Abstractions.Tenants;
using Sluice.Grains.Clients;
using Sluice.Grains.Plans;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using RuleId = Sluice.Rules.Limits.RequestId;
using RuleVerdict = Sluice.Rules.Admission.Verdict;
using Verdict = Sluice.Grains.Abstractions.Clients.Verdict;

namespace Sluice.Grains.Tenants;

/// <summary>What a tenant's clients together have in use of its limits: one exact account, like a client's.</summary>
internal sealed partial class TenantGrain
{
    // No client's id has this sign, so a tenant's counts are never a client's.
    private const string LedgerPrefix = "tenant/";

    // Numbers of calls whose slots expired are still remembered; beyond this many more they are looked for.
    private const int HoldsSlack = 256;

    // Of running calls, the number of the last hold: an earlier one that is given back late frees nothing.
    private readonly Dictionary<RuleId, long> _holds = [];

    protected override string LedgerKey => LedgerPrefix + TenantId;

    protected override bool HasLease => HasSlots;

    protected override bool HasSlots => !_policy.Concurrency.IsEmpty;

    private bool HasLimits => _tenant is { Limits.Length: > 0 };

    public ValueTask<TenantHoldReply> Hold(TenantHoldRequest request)
    {
        var version = _tenant?.Version ?? 0;
        if (request.Version > version && !_fenced)
        {
            DeactivateOnIdle(); // Another activation has changed the tenant: the next one reads what is true.
        }

        if (_fenced || request.Version != version || (HasLimits && _epoch == 0))
        {
            return ValueTask.FromResult(PendingReply(AdmissionRules.PendingRetryAfter));
        }

        if (!HasLimits)
        {
            return ValueTask.FromResult(new TenantHoldReply
            {
                Verdict = Verdict.Admitted, Epoch = _epoch, Version = version,
            });
        }

        var now = Now;
        var requestId = IdOf(request.Hold);
        if (HasLease && !_lease.Holds(now.Elapsed, _policy.SlotTtl))
        {
            _client.MoveTo(now, _policy);
            ExtendReserveIfLow(requestId.EdgeSession, waiting: null, default, now.Elapsed);
            return ValueTask.FromResult(PendingReply(AdmissionRules.RecoveringRetryAfter));
        }

        var costs = CostsOf(request);
        var (decision, recall) = TenantRules.Hold(_client, requestId, costs, _policy, now, _recalls);
        Recall(recall);
        var waits = decision.Verdict is RuleVerdict.Pending
            && decision.RetryAfter == AdmissionRules.PendingRetryAfter;
        if (decision.Verdict is RuleVerdict.Admitted)
        {
            RememberHold(requestId, request.Hold.Number);
            ReportShadows(decision.ShadowRefusals);
        }

        ExtendReserveIfLow(requestId.EdgeSession, waits ? requestId : null, costs, now.Elapsed);
        return ValueTask.FromResult(TenantMapping.ToWire(decision, costs, _policy) with
        {
            Limits = decision.RefusedBy is null ? [] : TenantMapping.NumbersOf(_client, costs, _policy, now),
            Epoch = _epoch,
            Version = version,
        });
    }

    public ValueTask<TenantHoldReply> Suppose(TenantHoldRequest request)
    {
        var now = Now;
        var costs = CostsOf(request);
        var (decision, limits) = TenantRules.Try(_client, IdOf(request.Hold), costs, _policy, now);
        return ValueTask.FromResult(TenantMapping.ToWire(decision, costs, _policy) with
        {
            Limits = TenantMapping.ToWire(limits), Epoch = _epoch, Version = _tenant?.Version ?? 0,
        });
    }

    public ValueTask GiveBack(TenantHold hold)
    {
        var requestId = IdOf(hold);
        if (_holds.TryGetValue(requestId, out var number) && number == hold.Number)
        {
            _holds.Remove(requestId);
            TenantRules.GiveBack(_client, requestId, _policy, Now);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask Settle(TenantEnds ends)
    {
        var now = Now;
        Settle(ends.ClientId, ends.Completions, now);

        // What calls used beyond their reservation is stored soon.
        ExtendReserveIfLow(edgeSession: 0, waiting: null, default, now.Elapsed);
        return ValueTask.CompletedTask;
    }

    public ValueTask<TenantReportReply> Report(TenantReport report)
    {
        var live = report.Live with { EdgeSession = TenantRules.SessionOf(report.ClientId, report.Live.EdgeSession) };
        var isRenewed = !HasLimits || (_epoch > 0 && Heard(live));
        return ValueTask.FromResult(new TenantReportReply(_epoch, isRenewed)
        {
            Stops = HasLimits && isRenewed ? StoppedOf(live) : null,
        });
    }

    public ValueTask<TenantLiveState?> Inspect()
    {
        if (_tenant is not { } tenant)
        {
            return ValueTask.FromResult<TenantLiveState?>(null);
        }

        var now = Now;
        _client.MoveTo(now, _policy);
        return ValueTask.FromResult<TenantLiveState?>(new TenantLiveState
        {
            Epoch = _epoch,
            Version = tenant.Version,
            Limits = ClientMapping.LimitsToWire(_client, _policy, now),
            Calls = _client.Slots.InUse,
            Subscribers = _subscribers.Count,
        });
    }

    /// <summary>From here on its clients are held to these; what they have in use stays counted.</summary>
    /// <exception cref="InvalidOperationException">
    /// A newer neighbour stored limits, or a time zone, that cannot be counted by here.
    /// </exception>
    private void Adopt(TenantDefinition tenant)
    {
        var next = TenantMapping.PolicyOf(tenant, options.Value.SlotTtl);
        var now = Now;
        _client = _client.Under(next, _policy, now);
        (_policy, _tenant) = (next, tenant);
        ExtendReserveIfLow(edgeSession: 0, waiting: null, default, now.Elapsed); // A changed rate has nothing open.
    }

    private async Task OpenIfLimited(CancellationToken cancellationToken)
    {
        if (HasLimits && _epoch == 0)
        {
            await OpenReserve(cancellationToken);
        }
    }

    private TenantHoldReply PendingReply(TimeSpan retryAfter) => new()
    {
        Verdict = Verdict.Pending,
        RetryAfter = retryAfter,
        Epoch = _fenced ? 0 : _epoch,
        Version = _tenant?.Version ?? 0,
    };

    private Costs CostsOf(TenantHoldRequest request)
    {
        var costs = TenantMapping.CostsOf(request);
        return _policy.HasScopes
            ? costs with
            {
                Call = ScopeMapping.FactsOf(
                    request.Model, request.Endpoint, request.KeyVersion, request.ClientAddress),
            }
            : costs;
    }

    private void RememberHold(RuleId requestId, long number)
    {
        _holds[requestId] = Math.Max(number, _holds.GetValueOrDefault(requestId));
        if (_holds.Count > _client.Slots.InUse + HoldsSlack)
        {
            foreach (var held in _holds.Keys)
            {
                if (!_client.Slots.Taken.ContainsKey(held))
                {
                    _holds.Remove(held); // Which a dictionary allows while it is walked.
                }
            }
        }
    }

    private void ReportShadows(UInt128 refusals)
    {
        for (var i = 0; refusals != UInt128.Zero; i++, refusals >>= 1)
        {
            if ((refusals & UInt128.One) != UInt128.Zero)
            {
                ShadowMetrics.WouldRefuseFor(TenantId, _policy.Shadows[i].Limit.Name);
            }
        }
    }

    private static RuleId IdOf(TenantHold hold) =>
        new(TenantRules.SessionOf(hold.ClientId, hold.RequestId.EdgeSession), hold.RequestId.Sequence);
}
