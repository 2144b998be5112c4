using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Rules;
using Sluice.Rules.Policies;

namespace Sluice.Silo.Admin;

/// <summary>Tenants: make, look, change. A change is in force for the next request of every client.</summary>
internal static class TenantEndpoints
{
    public static void MapTenants(this IEndpointRouteBuilder admin)
    {
        var tenants = admin.MapGroup("/tenants").WithTags("Tenants");
        tenants.MapPost("", CreateAsync).WithSummary("Make a tenant.");
        tenants.MapGet("", ListAsync).WithSummary("List tenants, in the order of their ids.");
        tenants.MapGet("/{tenant}", DescribeAsync).WithSummary("One tenant.");
        tenants.MapGet("/{tenant}/state", InspectAsync)
            .WithSummary("What the tenant's clients together have in use of its limits now.");
        tenants.MapPut("/{tenant}", ReplaceAsync).WithSummary("Replace what is said of a tenant.");
    }

    private static async Task<Results<Created<TenantDocument>, ProblemHttpResult>> CreateAsync(
        TenantDocument tenant, IClusterClient cluster)
    {
        if (!Names.IsName(tenant.Tenant ?? ""))
        {
            return AdminResults.Invalid([$"tenant: '{tenant.Tenant}' is not {Names.Rule}."]);
        }

        var mistakes = new List<string>();
        if (tenant.ToDefinition(tenant.Tenant!, "", mistakes) is not { } definition)
        {
            return AdminResults.Invalid(mistakes);
        }

        var grain = cluster.GetGrain<ITenantGrain>(tenant.Tenant!);
        var reply = await grain.Create(definition);
        return reply.Outcome is ChangeOutcome.Done
            ? TypedResults.Created($"/admin/v1/tenants/{tenant.Tenant}", (await grain.Describe())!.ToDocument())
            : AdminResults.Refusal(reply);
    }

    private static async Task<Results<Ok<TenantDocument>, ProblemHttpResult>> ReplaceAsync(
        string tenant, TenantDocument document, IClusterClient cluster)
    {
        if (!Names.IsName(tenant))
        {
            return AdminResults.NotFound($"tenant '{tenant}'");
        }

        var mistakes = new List<string>();
        if (document.ToDefinition(tenant, "", mistakes) is not { } definition)
        {
            return AdminResults.Invalid(mistakes);
        }

        var grain = cluster.GetGrain<ITenantGrain>(tenant);
        var reply = await grain.Replace(definition);
        return reply.Outcome is ChangeOutcome.Done
            ? TypedResults.Ok((await grain.Describe())!.ToDocument())
            : AdminResults.Refusal(reply);
    }

    private static async Task<Results<Ok<TenantDocument>, ProblemHttpResult>> DescribeAsync(
        string tenant, IClusterClient cluster) =>
        Names.IsName(tenant) && await cluster.GetGrain<ITenantGrain>(tenant).Describe() is { } found
            ? TypedResults.Ok(found.ToDocument())
            : AdminResults.NotFound($"tenant '{tenant}'");

    private static async Task<Results<Ok<TenantStateDocument>, ProblemHttpResult>> InspectAsync(
        string tenant, IClusterClient cluster) =>
        Names.IsName(tenant) && await cluster.GetGrain<ITenantGrain>(tenant).Inspect() is { } found
            ? TypedResults.Ok(found.ToDocument())
            : AdminResults.NotFound($"tenant '{tenant}'");

    private static async Task<Results<Ok<Page<TenantDocument>>, ProblemHttpResult>> ListAsync(
        HttpContext context, Lists lists, IClusterClient cluster, CancellationToken cancellationToken,
        string? after = null, int limit = Lists.LimitDefault)
    {
        if (context.Administrator().TenantOf(Permissions.TenantsRead) is not { } own)
        {
            return await lists.TenantsAsync(after, limit, cancellationToken);
        }

        var isInPage = Names.IsName(own) && string.CompareOrdinal(own, after) > 0;
        return isInPage && await cluster.GetGrain<ITenantGrain>(own).Describe() is { } found
            ? TypedResults.Ok(new Page<TenantDocument>([found.ToDocument()], null))
            : TypedResults.Ok(new Page<TenantDocument>([], null));
    }
}
