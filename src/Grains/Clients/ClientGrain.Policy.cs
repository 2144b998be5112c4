using System.Collections.Immutable;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Grains.Abstractions.Usage;
using Sluice.Grains.Plans;
using Sluice.Grains.Tenants;
using Sluice.Rules.Admission;
using Sluice.Rules.Credentials;
using Sluice.Rules.Limits;
using Sluice.Rules.Policies;

namespace Sluice.Grains.Clients;

/// <summary>How what is stored of a client and its plan become the policy that it is admitted by.</summary>
internal sealed partial class ClientGrain
{
    private const string AddressesMember = "allowedAddresses";

    private async Task Open(ClientDefinition definition, StoredKeyVersion[] keys, CancellationToken cancellationToken)
    {
        var plan = await GrainFactory.GetGrain<IPlanGrain>(definition.Plan).Subscribe(ClientId)
            ?? throw new InvalidOperationException(
                $"Client {ClientId} works by plan '{definition.Plan}', and there is no such plan.");
        var tenant = await GrainFactory.GetGrain<ITenantGrain>(definition.Tenant).Subscribe(ClientId);
        _change = stored.State.Change;
        Adopt(definition, keys, plan, tenant);
        await OpenReserve(cancellationToken);
        this.RegisterGrainTimer(
            RefreshPlan,
            new GrainTimerCreationOptions(options.Value.PlanRefreshPeriod, options.Value.PlanRefreshPeriod)
            {
                Interleave = true,
            });
    }

    /// <summary>From here on the client is admitted by these; what it has in use stays counted.</summary>
    /// <exception cref="InvalidOperationException">
    /// A newer neighbour stored limits, networks or a time zone that cannot be judged by here: without them it would be
    /// let through too much.
    /// </exception>
    private void Adopt(
        ClientDefinition definition, StoredKeyVersion[] keys, PlanDefinition plan, TenantDefinition? changed = null)
    {
        var tenant = changed ?? _tenant;
        var (ofPlan, ofClient) = (plan.Limits.ToRules(), definition.Limits.ToRules());
        var addresses = NetworksOf(definition);
        string[] mistakes =
        [
            .. LimitRules.MistakesIn(ofPlan), .. LimitRules.MistakesIn(ofClient),
            .. AddressList.MistakesIn(addresses, AddressesMember),
        ];
        if (mistakes.Length > 0)
        {
            throw new InvalidOperationException(
                $"Client {ClientId} of plan '{plan.Plan}' has what this version cannot judge by: "
                + string.Join(' ', mistakes));
        }

        var next = new ClientPolicy
        {
            Keys = StoredKeyVersion.RingOf(keys),
            IsClient = true,
            Models = new ModelAccess([.. plan.UsableModels], [.. plan.VisibleModels]),
            Calls = CallsOf(definition),
            Addresses = AddressList.Of(addresses),
            Suspended = definition.Suspended,
            Rates = [],
            Concurrency = [],
            Quotas = [],
            SlotTtl = options.Value.SlotTtl,
        }.WithLimits(
            RoleLimits.InForce(LimitRules.InForce(ofPlan, ofClient), roles.Find(definition.Role)),
            TenantZone.Of(tenant?.TimeZone ?? ""));
        var ofTenant = tenant is { Limits.Length: > 0 } ? TenantMapping.PolicyOf(tenant, next.SlotTtl) : null;
        var now = Now;
        _client = _client.Under(next, _policy, now);
        (_policy, _definition, _keys, _plan) = (next, definition, keys, plan);
        WatchKeys();
        ShareUnder(ofTenant, isSame: tenant?.Version == _tenant?.Version);
        (_tenant, _tenantPolicy) = (tenant, ofTenant);
        (_metering, _reserveFullCap) = (Metering.Of(next), plan.ReserveFullCap);
        _metering = ofTenant is null ? _metering : _metering.With(ofTenant);
        _prices = PriceList.Of(plan.Prices.ToRules());
        _usageTerms = new UsageTerms
        {
            Tenant = definition.Tenant, Plan = plan.Plan, Metered = plan.Metered, Role = definition.Role,
        };
        WatchLost();
        _stamp = null;
        ForgetTerms();
        ExtendReserveIfLow(edgeSession: 0, waiting: null, default, now.Elapsed); // A changed rate has nothing open.
    }

    private static ImmutableArray<AddressNetwork> NetworksOf(ClientDefinition client) =>
        [.. (client.AllowedAddresses ?? []).Select(ScopeMapping.ToNetwork)];

    private async Task RefreshPlan(CancellationToken cancellationToken)
    {
        if (_definition is { } definition
            && await GrainFactory.GetGrain<IPlanGrain>(definition.Plan).Subscribe(ClientId) is { } plan)
        {
            await PlanChanged(plan);
        }

        await RefreshTenant();
    }
}
