using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using RequestId = Sluice.Grains.Abstractions.Clients.RequestId;
using RuleId = Sluice.Rules.Limits.RequestId;
using RuleVerdict = Sluice.Rules.Admission.Verdict;
using Verdict = Sluice.Grains.Abstractions.Clients.Verdict;

namespace Sluice.Grains.Clients;

/// <summary>
/// A client of a tenant with limits: what its tenant holds for a call before the client decides on it. Clients of other
/// tenants come here for nothing but to hear that their tenant has changed.
/// </summary>
internal sealed partial class ClientGrain : ITenantSubscriber
{
    // Calls that their tenant is being asked about: a repeat that comes meanwhile waits for the first.
    private readonly HashSet<RuleId> _asking = [];

    private TenantDefinition? _tenant;

    /// <summary>What the tenant counts; null when it has no limits, and nobody is asked.</summary>
    private ClientPolicy? _tenantPolicy;

    /// <summary>The newest activation of the tenant that has answered: no older one is believed any more.</summary>
    private long _tenantEpoch;

    private long _lastHold;
    private bool _isTenantAway;

    private bool HasTenantSlots => _tenantPolicy is { Concurrency.IsEmpty: false };

    private ITenantAdmission TenantAdmission => GrainFactory.GetGrain<ITenantAdmission>(_definition!.Tenant);

    public ValueTask<bool> TenantChanged(TenantDefinition tenant)
    {
        if (_definition is not { } definition || definition.Tenant != tenant.Tenant)
        {
            return ValueTask.FromResult(false);
        }

        if (tenant.Version > (_tenant?.Version ?? 0))
        {
            Adopt(definition, _keys, _plan!, tenant);
        }

        return ValueTask.FromResult(true);
    }

    private async Task RefreshTenant()
    {
        if (_definition is { } definition
            && await GrainFactory.GetGrain<ITenantGrain>(definition.Tenant).Subscribe(ClientId) is { } tenant)
        {
            await TenantChanged(tenant);
        }
    }

    /// <summary>
    /// Asks the tenant only about calls that this client would admit, decides in a turn of its own once it has
    /// answered, and gives back what it holds for a call that is refused after all.
    /// </summary>
    private async ValueTask<AdmitReply> AdmitByTenant(AdmitRequest request)
    {
        if (request.Completes.Length > 0 && !await HasSettled(request.Completes))
        {
            return Wait(AdmissionRules.RecoveringRetryAfter); // They are told again.
        }

        var requestId = request.RequestId.ToRule();
        if (IsHeldByTenant(requestId))
        {
            return await IsExtendedAtTenant(request.RequestId) && IsHeldByTenant(requestId)
                ? AdmitNow(request)
                : Wait(AdmissionRules.RecoveringRetryAfter);
        }

        if (_tenant is not { } tenant || !NeedsTenant(request, out var costs))
        {
            return AdmitNow(request);
        }

        if (AdmitByShare(request, costs) is { } byShare)
        {
            NoteUse(costs);
            return byShare;
        }

        if (!_asking.Add(requestId))
        {
            return Wait(AdmissionRules.PendingRetryAfter);
        }

        var hold = new TenantHold(ClientId, request.RequestId, ++_lastHold);
        TenantHoldReply? held;
        try
        {
            held = await HoldAtTenant(RequestOf(request, hold, tenant.Version, costs));
        }
        finally
        {
            _asking.Remove(requestId);
        }

        // Whatever was true before is not known to be now: the key, the limits, the tenant, and who this client's
        // owner is. All but the tenant is asked below, in one turn.
        if (held is null || held.Epoch < _tenantEpoch || held.Version != _tenant?.Version)
        {
            return Wait(AdmissionRules.RecoveringRetryAfter);
        }

        _tenantEpoch = held.Epoch;
        if (held.Verdict.ToRule() is RuleVerdict.Pending)
        {
            return Wait(held.RetryAfter);
        }

        var reply = AdmitNow(request, held);
        if (held.Verdict is Verdict.Admitted && reply.Verdict is not (Verdict.Admitted or Verdict.Pending))
        {
            await GiveBack(hold);
        }

        if (reply.Verdict is Verdict.Admitted)
        {
            NoteUse(costs);
        }

        return reply;
    }

    /// <summary>Whether it is a question about a call that was admitted, and that the tenant knows of.</summary>
    private bool IsHeldByTenant(RuleId requestId)
    {
        _client.MoveTo(Now, _policy);
        return _tenantPolicy is not null
            && _client.Slots.Taken.ContainsKey(requestId)
            && _share?.Has(requestId) is not true;
    }

    /// <summary>
    /// The edge counts a slot's time from its last question, so the tenant must hold it for as long as this client
    /// does. It is told as running; that says nothing of other calls, nor that the tenant's slots are all told of.
    /// </summary>
    private async ValueTask<bool> IsExtendedAtTenant(RequestId requestId)
    {
        try
        {
            var reply = await TenantAdmission.Report(new TenantReport
            {
                ClientId = ClientId,
                Live = new LiveRequests
                {
                    EdgeSession = requestId.EdgeSession,
                    UpToSequence = 0,
                    Sequences = [requestId.Sequence],
                    Admitted = [requestId.Sequence],
                    Epoch = 0,
                },
            });
            TenantAnswered();
            return reply.IsRenewed;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            TenantFailed(exception);
            return false;
        }
    }

    /// <summary>
    /// False: it holds a slot already, by a share, or the client's own limits or fence refuse it or let it wait.
    /// </summary>
    private bool NeedsTenant(AdmitRequest request, out Costs costs)
    {
        var now = Now;
        costs = default;
        if (_tenantPolicy is null
            || _fenced
            || (HasLease && !_lease.Holds(now.Elapsed, _policy.SlotTtl))
            || _client.Slots.Taken.ContainsKey(request.RequestId.ToRule()))
        {
            return false;
        }

        CompleteAll(request.Completes, now);
        costs = CostsOf(request);
        return AdmissionRules.WouldAdmit(_client, AskedBy(request, costs), _policy, now);
    }

    /// <returns>Null when it cannot be asked, or knows another version of itself, which is then read.</returns>
    private async ValueTask<TenantHoldReply?> HoldAtTenant(TenantHoldRequest request)
    {
        try
        {
            var reply = await TenantAdmission.Hold(request);
            TenantAnswered();
            if (reply.Version > request.Version)
            {
                await RefreshTenant();
                return null;
            }

            return reply;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // It is away, or its silo, or its storage. Infrastructure trouble is never a refusal: the edge asks again,
            // and answers 503 when its time is over.
            TenantFailed(exception);
            return null;
        }
    }

    private async ValueTask GiveBack(TenantHold hold)
    {
        try
        {
            await TenantAdmission.GiveBack(hold);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogNotGivenBack(exception, ClientId, _tenant?.Tenant ?? "");
        }
    }

    /// <summary>
    /// Tells the tenant before the edge is answered: the edge keeps what it was not answered for and tells it again, so
    /// that a client that crashes loses none of it.
    /// </summary>
    private async Task Settle(Completion[] completions)
    {
        var ends = EndsToTellNow(completions);
        if (ends.Length > 0)
        {
            await TenantAdmission.Settle(new TenantEnds { ClientId = ClientId, Completions = ends });
        }
    }

    private async ValueTask<bool> HasSettled(Completion[] completions)
    {
        try
        {
            await Settle(completions);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            TenantFailed(exception);
            return false;
        }
    }

    /// <summary>A slot that was released by hand is free at the tenant too, and charged what it reserved.</summary>
    private Task SettleReleased(RequestId requestId, Costs reserved) => _tenantPolicy is null
        ? Task.CompletedTask
        : Settle(
        [
            new Completion(requestId, CompletionOutcome.Dispatched)
            {
                InputTokens = reserved.InputTokens,
                OutputTokens = reserved.OutputTokens,
                Certainty = UsageCertainty.Reported,
            },
        ]);

    /// <summary>
    /// Tells the tenant what an edge runs. To an activation that it did not know before it says so again, and names it:
    /// since then it believes no older one, so that what it has admitted by then is all that older ones have granted.
    /// </summary>
    /// <returns>What the tenant answered; renewed only when the one has that it names.</returns>
    private async Task<TenantReportReply> ReportToTenant(LiveRequests live)
    {
        while (true)
        {
            var epoch = _tenantEpoch;
            var report = new TenantReport { ClientId = ClientId, Live = WithTaken(live, epoch) };
            var reply = await TenantAdmission.Report(report);
            if (reply.Epoch <= epoch)
            {
                return reply with { IsRenewed = reply.Epoch == epoch && reply.IsRenewed };
            }

            _tenantEpoch = Math.Max(_tenantEpoch, reply.Epoch); // It only grows, so this ends.
        }
    }

    /// <summary>What the edge said, and what was admitted since: its report may be older than an answer.</summary>
    private LiveRequests WithTaken(LiveRequests live, long tenantEpoch)
    {
        long[] taken =
        [
            .. from slot in _client.Slots.Taken.Keys
               where slot.EdgeSession == live.EdgeSession
               select slot.Sequence,
            .. UntoldOf(live.EdgeSession), // Its tenant must hear of the end, and not that it is gone.
        ];
        return live with
        {
            Sequences = [.. live.Sequences.Union(taken)],
            Admitted = [.. live.Admitted.Union(taken)],
            Epoch = live.Epoch == _epoch ? tenantEpoch : 0,
        };
    }

    private async ValueTask<TenantHoldReply?> SupposeAtTenant(SupposedCall supposed) =>
        await TenantAdmission.Suppose(new TenantHoldRequest
        {
            Hold = new TenantHold(ClientId, Supposed.ToWire(), 0),
            Version = _tenant!.Version,
            Model = supposed.Model,
            KeyVersion = supposed.KeyVersion,
            Endpoint = supposed.Endpoint,
            ClientAddress = supposed.ClientAddress,
            InputTokens = supposed.InputTokens,
            OutputTokens = supposed.OutputTokens,
            Images = supposed.Images,
            Pages = supposed.Pages,
        });

    /// <summary>Null when the tenant did not refuse, or was not asked.</summary>
    private Decision? RefusalOf(TenantHoldReply? tenant, Costs costs, Moment now) =>
        tenant is null or { Verdict: Verdict.Admitted }
            ? null
            : TenantRules.Refused(
                _client, costs, _policy, tenant.Verdict.ToRule(), tenant.RetryAfter, tenant.RefusedBy, now);

    private static TenantHoldRequest RequestOf(AdmitRequest request, TenantHold hold, long version, Costs costs) =>
        new()
        {
            Hold = hold,
            Version = version,
            Model = request.Model,
            KeyVersion = request.KeyVersion,
            Endpoint = request.Endpoint,
            ClientAddress = request.ClientAddress,
            InputTokens = costs.InputTokens,
            OutputTokens = costs.OutputTokens,
            Images = costs.Of(Units.Images),
            Pages = costs.Of(Units.Pages),
        };

    private AdmitReply Wait(TimeSpan retryAfter) =>
        new(Verdict.Pending, retryAfter, default, null, TimeSpan.Zero, _epoch);

    private void TenantAnswered()
    {
        if (_isTenantAway)
        {
            _isTenantAway = false;
            LogTenantBack(ClientId, _tenant?.Tenant ?? "");
        }
    }

    private void TenantFailed(Exception exception)
    {
        if (!_isTenantAway)
        {
            _isTenantAway = true;
            LogTenantAway(exception, ClientId, _tenant?.Tenant ?? "");
        }
    }
}
