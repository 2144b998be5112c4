using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Grains.Clients;
using Sluice.Grains.Plans;
using Sluice.Grains.Tenants;
using Sluice.Rules;
using Sluice.Silo.Storage.States;

namespace Sluice.Silo.Admin;

/// <summary>
/// Lists, read from what is stored and not from grains: a list of ten thousand clients must not wake them. Whatever was
/// answered as changed is stored, so it is in the list.
/// </summary>
internal sealed class Lists(StateIndex index, TimeProvider time)
{
    public const int LimitDefault = 100;
    public const int LimitMax = 1000;

    public Task<Results<Ok<Page<TenantDocument>>, ProblemHttpResult>> TenantsAsync(
        string? after, int limit, CancellationToken cancellationToken) =>
        PageAsync<StoredTenant, TenantDocument>(
            limit,
            most => index.ListAsync("tenant", "tenant", after, most, cancellationToken),
            stored => stored.Definition!.ToDocument());

    public Task<Results<Ok<Page<PlanDocument>>, ProblemHttpResult>> PlansAsync(
        string? after, int limit, CancellationToken cancellationToken) =>
        PageAsync<StoredPlan, PlanDocument>(
            limit,
            most => index.ListAsync("plan", "plan", after, most, cancellationToken),
            stored => stored.Definition!.ToDocument());

    public Task<Results<Ok<Page<ClientDocument>>, ProblemHttpResult>> ClientsAsync(
        string? tenant, string? after, int limit, CancellationToken cancellationToken) =>
        PageAsync<StoredClient, ClientDocument>(
            limit,
            most => tenant is null
                ? index.ListAsync("client", "client", after, most, cancellationToken)
                : index.ListClientsAsync(tenant, after, most, cancellationToken),
            stored => stored.Definition!.ToDocument());

    /// <summary>A page has so many clients; each may have more than one secret, or by now none.</summary>
    public Task<Results<Ok<Page<DeliveryDocument>>, ProblemHttpResult>> DeliveriesAsync(
        string? tenant, string? after, int limit, CancellationToken cancellationToken) =>
        PageAsync<StoredClient, DeliveryDocument>(
            limit,
            most => index.ListDeliveriesAsync(after, most, cancellationToken),
            client => tenant is null || client.Definition!.Tenant == tenant ? DeliveriesOf(client) : []);

    private IEnumerable<DeliveryDocument> DeliveriesOf(StoredClient client) =>
        from delivery in client.Deliveries
        where delivery.EndsAt > time.GetUtcNow()
        let definition = client.Definition!
        let rotation = client.Keys.FirstOrDefault(key => key.Info.Version == delivery.Version)?.Info.Rotation
        select new DeliveryDocument(
            Names.ClientId(definition.Tenant, definition.Name), definition.Tenant, definition.Name, delivery.KeyId,
            delivery.Version, delivery.RotationId, delivery.EndsAt,
            rotation is null or { FetchBy: null } or { FetchedAt: not null });

    private static Task<Results<Ok<Page<TDocument>>, ProblemHttpResult>> PageAsync<TStored, TDocument>(
        int limit, Func<int, Task<List<StateRow>>> read, Func<TStored, TDocument> toDocument) =>
        PageAsync<TStored, TDocument>(limit, read, stored => [toDocument(stored)]);

    private static async Task<Results<Ok<Page<TDocument>>, ProblemHttpResult>> PageAsync<TStored, TDocument>(
        int limit, Func<int, Task<List<StateRow>>> read, Func<TStored, IEnumerable<TDocument>> toDocuments)
    {
        if (limit is < 1 or > LimitMax)
        {
            return AdminResults.Invalid([$"limit: {limit} is not between 1 and {LimitMax}."]);
        }

        var rows = await read(limit);
        var items = rows.SelectMany(row => toDocuments(StateJson.Read<TStored>(row.Payload.GetRawText())));
        return TypedResults.Ok(new Page<TDocument>([.. items], rows.Count == limit ? rows[^1].Key : null));
    }
}
