using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Grains.Audit;
using Sluice.Grains.Clients;
using Sluice.Grains.Owners;
using Sluice.Grains.Plans;
using Sluice.Grains.Revocations;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Credentials;
using Sluice.Rules.Audit;
using Sluice.Rules.Revocations;

namespace Sluice.Grains.Tenants;

/// <summary>A tenant at rest.</summary>
[GenerateSerializer, Alias("sluice.StoredTenant")]
public sealed record StoredTenant : IRevokingState, IAuditedState
{
    [Id(0)] public TenantDefinition? Definition { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<Revocation> Revokes { get; private init; } = [];

    /// <inheritdoc/>
    [JsonIgnore]
    public ImmutableArray<AuditNote> Audits { get; private init; } = [];

    /// <summary>What edges remember by an older version of the tenant is over; nobody remembers a first one.</summary>
    public static StoredTenant Of(TenantDefinition tenant, TenantDefinition? before = null) => new()
    {
        Definition = tenant,
        Audits =
        [
            AuditNotes.OfChange(
                before is null ? "tenant.create" : "tenant.replace", $"tenant/{tenant.Tenant}", before, tenant),
        ],
        Revokes = tenant.Version > 1
            ? [new Revocation(0, RevocationKind.TenantPolicy, tenant.Tenant, tenant.Version, Revocation.MemoryLives)]
            : [],
    };
}

/// <summary>
/// One tenant. This part is what is said of it and who is told; what its clients together may use stands in
/// <c>TenantGrain.Admission.cs</c>.
/// </summary>
/// <remarks>
/// Subscribers live in memory only: every active client asks again once a minute, so a tenant that moved knows them
/// soon.
/// </remarks>
internal sealed partial class TenantGrain(
    [PersistentState("tenant")] IPersistentState<StoredTenant> stored,
    IClientLedger ledger,
    IOptions<AdmissionOptions> options,
    TimeProvider time,
    ILogger<TenantGrain> logger)
    : OwnerGrain(ledger, time), ITenantGrain, ITenantAdmission
{
    private const int DisplayNameLengthMax = 200;

    private readonly HashSet<string> _subscribers = [];
    private TenantDefinition? _tenant;

    private string TenantId => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (stored.State.Definition is { } tenant)
        {
            Adopt(tenant);
            await OpenIfLimited(cancellationToken);
        }
    }

    public Task<ChangeReply> Create(TenantDefinition tenant) => _tenant is null
        ? Change(tenant)
        : Task.FromResult(new ChangeReply(
            ChangeOutcome.AlreadyExists, $"There is a tenant '{tenant.Tenant}' already."));

    public async Task<ChangeReply> Replace(TenantDefinition tenant)
    {
        if (_tenant is null)
        {
            return new ChangeReply(ChangeOutcome.NotFound, $"There is no tenant '{TenantId}'.");
        }

        return _tenant.OwnedBy.Length > 0 && _tenant.OwnedBy != tenant.OwnedBy
            ? new ChangeReply(ChangeOutcome.OwnedByFile, _tenant.OwnedBy)
            : await Change(tenant);
    }

    public ValueTask<TenantDefinition?> Describe() => ValueTask.FromResult(_tenant);

    public ValueTask<TenantDefinition?> Subscribe(string clientId)
    {
        if (_tenant is not null)
        {
            _subscribers.Add(clientId);
        }

        return ValueTask.FromResult(_tenant);
    }

    private async Task<ChangeReply> Change(TenantDefinition tenant)
    {
        var mistakes = MistakesIn(tenant);
        if (mistakes.Count > 0)
        {
            return new ChangeReply(ChangeOutcome.Invalid, string.Join(' ', mistakes));
        }

        var next = tenant with { Version = (_tenant?.Version ?? 0) + 1 };
        var before = stored.State;
        stored.State = StoredTenant.Of(next, _tenant);
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

        Adopt(next); // A client that subscribes from here on gets this version; the others are told below.
        try
        {
            await OpenIfLimited(CancellationToken.None);
        }
        catch
        {
            DeactivateOnIdle(); // It is stored; the next activation opens the account.
            throw;
        }

        await TellSubscribers(next);
        LogChanged(TenantId, next.Version, next.Limits.Length, _subscribers.Count);
        return ChangeReply.Done;
    }

    private List<string> MistakesIn(TenantDefinition tenant)
    {
        var mistakes = new List<string>();
        if (tenant.Tenant != TenantId || !Names.IsName(tenant.Tenant))
        {
            mistakes.Add($"tenant: '{tenant.Tenant}' is not {Names.Rule}.");
        }

        if (tenant.DisplayName.Length > DisplayNameLengthMax)
        {
            mistakes.Add($"displayName: longer than {DisplayNameLengthMax} characters.");
        }

        if (!TenantZone.IsKnown(tenant.TimeZone))
        {
            mistakes.Add($"timeZone: '{tenant.TimeZone}' is not {TenantZone.Rule}.");
        }

        mistakes.AddRange(TenantRules.MistakesIn(tenant.Limits.ToRules()));
        mistakes.AddRange(OriginList.MistakesIn([.. tenant.Origins], "origins"));
        return mistakes;
    }

    private async Task TellSubscribers(TenantDefinition tenant)
    {
        var subscribers = _subscribers.ToArray();
        var concerned = await Task.WhenAll(subscribers.Select(async clientId =>
        {
            try
            {
                return await GrainFactory.GetGrain<ITenantSubscriber>(clientId).TenantChanged(tenant);
            }
            catch (Exception exception)
            {
                LogNotTold(exception, clientId, tenant.Tenant, tenant.Version);
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
}
