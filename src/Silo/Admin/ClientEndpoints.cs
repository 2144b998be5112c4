using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Rules;
using Sluice.Rules.Policies;
using Sluice.Silo.Configuration;

namespace Sluice.Silo.Admin;

/// <summary>Clients: make, look, change, and see what they have in use.</summary>
internal static class ClientEndpoints
{
    public static void MapClients(this IEndpointRouteBuilder admin)
    {
        var clients = admin.MapGroup("/clients").WithTags("Clients");
        clients.MapPost("", CreateAsync).WithSummary("Make a client.");
        clients.MapGet("", ListAsync).WithSummary("List clients, all or a tenant's, in the order of their ids.");
        clients.MapGet("/{id}", DescribeAsync).WithSummary("One client.");
        clients.MapPatch("/{id}", ChangeAsync).WithSummary("Change a client: plan, role, suspension, own limits.");
        clients.MapGet("/{id}/state", InspectAsync).WithSummary("What the client has in use now.");
    }

    private static async Task<Results<Created<ClientDocument>, ProblemHttpResult>> CreateAsync(
        HttpContext context, NewClientDocument client, IClusterClient cluster, RoleBook roles)
    {
        if (ClientAccess.RefusalOf(context, client, roles) is { } refusal)
        {
            return refusal;
        }

        var mistakes = new List<string>();
        var limits = DocumentMapping.ToDefinitions(client.Limits, mistakes);
        var networks = ScopeText.NetworksOf(
            client.AllowedAddresses, mistake => mistakes.Add($"allowedAddresses: {mistake}"));
        var replay = ReplayText.Parse(client.Replay);
        if (replay is null)
        {
            mistakes.Add($"replay: '{client.Replay}' is not {ReplayText.Rule}.");
        }

        if (!Names.IsName(client.Tenant ?? "")
            || await cluster.GetGrain<ITenantGrain>(client.Tenant!).Describe() is null)
        {
            mistakes.Add($"tenant: there is no tenant '{client.Tenant}'.");
        }

        if (mistakes.Count > 0)
        {
            return AdminResults.Invalid(mistakes);
        }

        var definition = new ClientDefinition
        {
            Tenant = client.Tenant!,
            Name = client.Name ?? "",
            Plan = client.Plan ?? "",
            Role = client.Role ?? RoleBook.User,
            Limits = limits,
            AllowedAddresses = networks,
            Replay = replay ?? ReplayMode.Off,
        };
        var id = Names.ClientId(definition.Tenant, definition.Name);
        var reply = await cluster.GetGrain<IClientAdministration>(id).Create(definition);
        return reply.Outcome is ChangeOutcome.Done
            ? TypedResults.Created($"/admin/v1/clients/{id}", definition.ToDocument())
            : AdminResults.Refusal(reply);
    }

    private static async Task<Results<Ok<ClientDocument>, ProblemHttpResult>> ChangeAsync(
        HttpContext context, string id, ClientChangeDocument change, IClusterClient cluster, RoleBook roles)
    {
        var mistakes = new List<string>();
        var limits = DocumentMapping.ToDefinitions(change.Limits, mistakes);
        var networks = ScopeText.NetworksOf(
            change.AllowedAddresses, mistake => mistakes.Add($"allowedAddresses: {mistake}"));
        var replay = ReplayText.Parse(change.Replay);
        if (replay is null)
        {
            mistakes.Add($"replay: '{change.Replay}' is not {ReplayText.Rule}.");
        }

        if (mistakes.Count > 0)
        {
            return AdminResults.Invalid(mistakes);
        }

        if (Grain(cluster, id) is not { } grain || await grain.Describe() is not { } before)
        {
            return AdminResults.NotFound($"client '{id}'");
        }

        if (ClientAccess.RefusalOf(context, before, change, roles) is { } refusal)
        {
            return refusal;
        }

        var reply = await grain.Replace(before with
        {
            Plan = change.Plan ?? before.Plan,
            Role = change.Role ?? before.Role,
            Suspended = change.Suspended ?? before.Suspended,
            Limits = change.Limits is null ? before.Limits : limits,
            AllowedAddresses = change.AllowedAddresses is null ? before.AllowedAddresses : networks,
            Replay = change.Replay is null ? before.Replay : replay ?? before.Replay,
            OwnedBy = "", // The admin API speaks; an owner that is a file refuses it.
        });
        return reply.Outcome is ChangeOutcome.Done
            ? TypedResults.Ok((await grain.Describe())!.ToDocument())
            : AdminResults.Refusal(reply);
    }

    private static async Task<Results<Ok<ClientDocument>, ProblemHttpResult>> DescribeAsync(
        string id, IClusterClient cluster) =>
        Grain(cluster, id) is { } grain && await grain.Describe() is { } client
            ? TypedResults.Ok(client.ToDocument())
            : AdminResults.NotFound($"client '{id}'");

    private static async Task<Results<Ok<ClientStateDocument>, ProblemHttpResult>> InspectAsync(
        string id, IClusterClient cluster) =>
        Grain(cluster, id) is { } grain && await grain.Inspect() is { } state
            ? TypedResults.Ok(state.ToDocument())
            : AdminResults.NotFound($"client '{id}'");

    private static async Task<Results<Ok<Page<ClientDocument>>, ProblemHttpResult>> ListAsync(
        HttpContext context,
        Lists lists,
        CancellationToken cancellationToken,
        string? tenant = null,
        string? after = null,
        int limit = Lists.LimitDefault)
    {
        var own = context.Administrator().TenantOf(Permissions.ClientsRead);
        return own is null || tenant is null || tenant == own
            ? await lists.ClientsAsync(own ?? tenant, after, limit, cancellationToken)
            : AdminResults.NotFound($"tenant '{tenant}'");
    }

    /// <summary>Null for a text that cannot be a client's id, so that no grain is woken for it.</summary>
    public static IClientAdministration? Grain(IClusterClient cluster, string id) =>
        Names.IsClientId(id) ? cluster.GetGrain<IClientAdministration>(id) : null;
}
