using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Grains.Owners;
using Sluice.Grains.Usage;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Sluice.Rules.Policies;
using Verdict = Sluice.Grains.Abstractions.Clients.Verdict;

namespace Sluice.Grains.Clients;

/// <summary>
/// One client: loads, reads the clocks, asks the rules, makes durable. This part admits; what calls cost stands in
/// <c>ClientGrain.Costs.cs</c>, administration in <c>ClientGrain.Administration.cs</c>, the durable counts in
/// <c>OwnerGrain</c>, and what its tenant has to say in <c>ClientGrain.Tenant.cs</c>.
/// </summary>
internal sealed partial class ClientGrain(
    [PersistentState("client")] IPersistentState<StoredClient> stored,
    IClientLedger ledger,
    IUsageLog usage,
    IKeyHasher hasher,
    IKeySecrets secrets,
    RoleBook roles,
    IOptions<AdmissionOptions> options,
    TimeProvider time,
    ILogger<ClientGrain> logger)
    : OwnerGrain(ledger, time), IClientAdmission, IClientAdministration, IPlanSubscriber
{
    // As stored, and all three in force together: null and empty as long as there is no such client.
    private ClientDefinition? _definition;
    private StoredKeyVersion[] _keys = [];
    private PlanDefinition? _plan;

    private CompletionHold _hold;

    private (byte[] Digest, byte[] Mac) _lastSecret = ([], []);

    private string ClientId => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (stored.State.Definition is { } definition)
        {
            await Open(definition, stored.State.Keys, cancellationToken);
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        KeyMetrics.Forget(this);
        await EndShares();
        await base.OnDeactivateAsync(reason, cancellationToken);
        await EndUsage(cancellationToken);
    }

    public ValueTask<AdmitReply> Admit(AdmitRequest request) => _tenantPolicy is null
        ? ValueTask.FromResult(AdmitNow(request))
        : AdmitByTenant(request);

    /// <summary>Decides in this turn.</summary>
    /// <param name="request">The request.</param>
    /// <param name="tenant">What its tenant answered; null where that has no limits, or need not be asked.</param>
    private AdmitReply AdmitNow(AdmitRequest request, TenantHoldReply? tenant = null)
    {
        if (_fenced)
        {
            // A newer activation counts for this client now. The edge's repeat finds it.
            var retryAfter = AdmissionRules.PendingRetryAfter;
            return new AdmitReply(Verdict.Pending, retryAfter, default, null, TimeSpan.Zero, _epoch);
        }

        var now = _cut?.After(Now) ?? Now;
        var edgeSession = request.RequestId.EdgeSession;
        if (HasLease && !_lease.Holds(now.Elapsed, _policy.SlotTtl))
        {
            // Perhaps another activation counts by now. This one asks, and the edge's repeat finds who is right.
            _client.MoveTo(now, _policy);
            ExtendReserveIfLow(edgeSession, waiting: null, default, now.Elapsed);
            return new AdmitReply(
                Verdict.Pending, AdmissionRules.RecoveringRetryAfter, default, null, TimeSpan.Zero, _epoch);
        }

        CompleteAll(request.Completes, now);
        TakeDebt(request, now);
        var costs = CostsOf(request);
        var asked = AskedBy(request, costs);
        var decision = RefusalOf(tenant, costs, now) ?? AdmissionRules.Decide(_client, asked, _policy, now);
        var waitsForLedger = decision.Verdict is Rules.Admission.Verdict.Pending
            && decision.RetryAfter == AdmissionRules.PendingRetryAfter;
        if (decision.Verdict is Rules.Admission.Verdict.NoFreeSlot && tenant is null && _hold.MayHide(now.Elapsed))
        {
            decision = decision with
            {
                Verdict = Rules.Admission.Verdict.Pending, RetryAfter = AdmissionRules.PendingRetryAfter,
            };
        }

        Remember(asked, decision, now, tenant);
        var chunk = GrantChunk(request, decision.Verdict, now); // First: it may take all that is open.
        ExtendReserveIfLow(edgeSession, waitsForLedger ? asked.RequestId : null, costs, now.Elapsed);
        RememberModel(asked, decision.Verdict);
        NoteKey(request.KeyVersion, decision.Verdict, now, isToken: request.Token is not null);
        DeactivateIfNobody();
        LogDecision(ClientId, request.RequestId, decision.Verdict, decision.RefusedBy, decision.RetryAfter);
        return decision.ToWire(_policy.SlotTtl, _epoch).Bound(tenant) with
        {
            CompleteWithin = decision.Verdict is Rules.Admission.Verdict.Admitted ? AllowHold(now) : TimeSpan.Zero,
            Fence = decision.Verdict is Rules.Admission.Verdict.Admitted ? Fence : SlotFence.None,
            Degraded = AnswerForOutages(request, decision.Verdict, now),
            Chunk = chunk,
            StateOutputCap = _reserveFullCap && _metering.CountsOutput,
            Shortage = tenant is { RefusedBy: not null }
                ? tenant.Shortage
                : ClientMapping.ShortageOf(decision.RefusedBy, costs, _policy),
            AdmittedAt = decision.Verdict is Rules.Admission.Verdict.Admitted
                ? AdmittedAt(asked.RequestId, withChunk: chunk is not null, now)
                : default,
            Usage = decision.Verdict is Rules.Admission.Verdict.Admitted ? _usageTerms : null,
            Held = decision.Verdict is Rules.Admission.Verdict.Admitted ? HeldBy(asked.RequestId) : null,
            ClientChange = _change,
            Replay = decision.Verdict is Rules.Admission.Verdict.Admitted ? _definition!.Replay : ReplayMode.Off,
        };
    }

    public ValueTask<IdentifyReply> Identify(IdentifyRequest request)
    {
        var now = Now;
        var judged = request.Token is null
            ? AdmissionRules.Identify(request.KeyVersion, MacOf(request.SecretDigest), _policy, now)
            : AdmissionRules.IdentifyToken(request.KeyVersion, _policy, now);
        judged = AdmissionRules.FromWhere(judged, request.ClientAddress, _policy);
        NoteKey(request.KeyVersion, judged, now, isToken: request.Token is not null);
        var verdict = judged.ToWire();
        DeactivateIfNobody();
        return ValueTask.FromResult(
            verdict is Verdict.Admitted
                ? new IdentifyReply
                {
                    Verdict = verdict,
                    Tenant = _definition!.Tenant,
                    Role = _definition.Role,
                    UsableModels = _plan!.UsableModels,
                    VisibleModels = _plan.VisibleModels,
                    KeyExpiresAt = EndOf(request.KeyVersion, now),
                    RoleModels = ModelsOf(Presented(request.Token)),
                }
                : new IdentifyReply
                {
                    Verdict = verdict, RetryAfter = AdmissionRules.WaitOf(judged, request.KeyVersion, _policy, now),
                });
    }

    public ValueTask Complete(CompletionBatch batch)
    {
        var now = Now;
        CompleteAll(batch.Completions, now);
        TakeBack(batch.Returned, now);

        // What calls used beyond their reservation is stored soon.
        ExtendReserveIfLow(edgeSession: 0, waiting: null, default, now.Elapsed);
        return _tenantPolicy is null ? ValueTask.CompletedTask : new ValueTask(Settle(batch.Completions));
    }

    public ValueTask<bool> PlanChanged(PlanDefinition plan)
    {
        if (_definition?.Plan != plan.Plan)
        {
            return ValueTask.FromResult(false);
        }

        if (plan.Version > _plan!.Version)
        {
            Adopt(_definition, _keys, plan);
        }

        return ValueTask.FromResult(true);
    }

    private AdmissionRequest AskedBy(AdmitRequest request, Costs costs) => new(
        request.RequestId.ToRule(), request.KeyVersion, request.Token is null ? MacOf(request.SecretDigest) : null,
        request.Model, costs)
    {
        Token = Presented(request.Token),
        Endpoint = request.Endpoint,
        Features = RoleCall.FeaturesOf(request.Images, request.Pages, request.Priority),
        Address = request.ClientAddress,
    };

    private void CompleteAll(Completion[] completions, Moment now)
    {
        foreach (var completion in completions)
        {
            Complete(completion, now);
        }
    }

    /// <summary>How long the ends of calls may be held back, if at all.</summary>
    private TimeSpan AllowHold(Moment now)
    {
        if (_tenantPolicy is not null)
        {
            return TimeSpan.Zero; // Others may wait for what ended here.
        }

        foreach (var limit in _policy.Concurrency)
        {
            if (!CompletionHold.IsHarmless(_client.Slots.InUse, limit.Amount))
            {
                return TimeSpan.Zero;
            }
        }

        _hold = CompletionHold.AllowedAt(now.Elapsed);
        return CompletionHold.Span;
    }

    /// <summary>The same secret comes with every request of a busy client; its MAC is worked out once.</summary>
    private byte[] MacOf(byte[] secretDigest)
    {
        if (!CryptographicOperations.FixedTimeEquals(secretDigest, _lastSecret.Digest))
        {
            _lastSecret = (secretDigest, hasher.Mac(secretDigest));
        }

        return _lastSecret.Mac;
    }

    /// <summary>A key with a right checksum and no client behind it must not keep memory.</summary>
    private void DeactivateIfNobody()
    {
        if (ReferenceEquals(_policy, ClientPolicy.Nobody))
        {
            DeactivateOnIdle();
        }
    }
}
