using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Rules;

namespace Sluice.Silo.Configuration;

/// <summary>
/// Makes the running system say what the file says: tenants and plans first, then the clients that name them. What is
/// as the file says already is not written again.
/// </summary>
public sealed class SluiceFileApplier(IClusterClient cluster)
{
    /// <exception cref="SluiceFileException">A part was refused; the message says which and why.</exception>
    public async Task ApplyAsync(SluiceFile file)
    {
        var refused = new List<string>();
        foreach (var tenant in file.Tenants)
        {
            var grain = cluster.GetGrain<ITenantGrain>(tenant.Tenant);
            var stored = await grain.Describe();
            if (stored is null || !Same(stored, tenant))
            {
                Note(
                    $"tenant '{tenant.Tenant}'",
                    stored is null ? await grain.Create(tenant) : await grain.Replace(tenant));
            }
        }

        foreach (var plan in file.Plans)
        {
            var grain = cluster.GetGrain<IPlanGrain>(plan.Plan);
            var stored = await grain.Describe();
            if (stored is null || !Same(stored, plan))
            {
                Note($"plan '{plan.Plan}'", stored is null ? await grain.Create(plan) : await grain.Replace(plan));
            }
        }

        foreach (var client in file.Clients)
        {
            var grain = cluster.GetGrain<IClientAdministration>(Names.ClientId(client.Tenant, client.Name));
            var stored = await grain.Describe();
            if (stored is null || !Same(stored, client))
            {
                Note(
                    $"client '{client.Tenant}/{client.Name}'",
                    stored is null ? await grain.Create(client) : await grain.Replace(client));
            }
        }

        if (refused.Count > 0)
        {
            throw new SluiceFileException(refused);
        }

        void Note(string what, ChangeReply reply)
        {
            if (reply.Outcome is not ChangeOutcome.Done)
            {
                refused.Add($"{file.Path}: {what} was refused: {reply.Outcome}. {reply.Detail}");
            }
        }
    }

    private static bool Same(TenantDefinition stored, TenantDefinition tenant) =>
        stored.Limits.SequenceEqual(tenant.Limits)
        && stored with { Version = tenant.Version, Limits = tenant.Limits } == tenant;

    private static bool Same(PlanDefinition stored, PlanDefinition plan) =>
        stored.Limits.SequenceEqual(plan.Limits)
        && stored.UsableModels.SequenceEqual(plan.UsableModels)
        && stored.VisibleModels.SequenceEqual(plan.VisibleModels)
        && stored.Prices.SequenceEqual(plan.Prices)
        && (stored with
        {
            Version = plan.Version, // The plan's own count.
            Limits = plan.Limits,
            Prices = plan.Prices,
            UsableModels = plan.UsableModels,
            VisibleModels = plan.VisibleModels,
        }) == plan;

    private static bool Same(ClientDefinition stored, ClientDefinition client) =>
        stored.Limits.SequenceEqual(client.Limits)
        && stored.AllowedAddresses.SequenceEqual(client.AllowedAddresses)
        && stored with { Limits = client.Limits, AllowedAddresses = client.AllowedAddresses } == client;
}
