using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Rules;

namespace Sluice.Grains.Tenants;

/// <summary>A tenant at rest.</summary>
[GenerateSerializer, Alias("sluice.StoredTenant")]
public sealed record StoredTenant
{
    [Id(0)] public TenantDefinition? Definition { get; init; }
}

/// <summary>One tenant.</summary>
internal sealed class TenantGrain([PersistentState("tenant")] IPersistentState<StoredTenant> stored)
    : Grain, ITenantGrain
{
    private const int DisplayNameLengthMax = 200;

    private TenantDefinition? _tenant;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _tenant = stored.State.Definition;
        return Task.CompletedTask;
    }

    public Task<ChangeReply> Create(TenantDefinition tenant) => _tenant is null
        ? Change(tenant)
        : Task.FromResult(new ChangeReply(
            ChangeOutcome.AlreadyExists, $"There is a tenant '{tenant.Tenant}' already."));

    public async Task<ChangeReply> Replace(TenantDefinition tenant)
    {
        if (_tenant is null)
        {
            return new ChangeReply(ChangeOutcome.NotFound, $"There is no tenant '{this.GetPrimaryKeyString()}'.");
        }

        return _tenant.OwnedBy.Length > 0 && _tenant.OwnedBy != tenant.OwnedBy
            ? new ChangeReply(ChangeOutcome.OwnedByFile, _tenant.OwnedBy)
            : await Change(tenant);
    }

    public ValueTask<TenantDefinition?> Describe() => ValueTask.FromResult(_tenant);

    private async Task<ChangeReply> Change(TenantDefinition tenant)
    {
        if (tenant.Tenant != this.GetPrimaryKeyString() || !Names.IsName(tenant.Tenant))
        {
            return new ChangeReply(ChangeOutcome.Invalid, $"tenant: '{tenant.Tenant}' is not {Names.Rule}.");
        }

        if (tenant.DisplayName.Length > DisplayNameLengthMax)
        {
            return new ChangeReply(
                ChangeOutcome.Invalid, $"displayName: longer than {DisplayNameLengthMax} characters.");
        }

        var before = stored.State;
        stored.State = new StoredTenant { Definition = tenant };
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

        _tenant = tenant;
        return ChangeReply.Done;
    }
}
