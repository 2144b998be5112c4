using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Federation;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Rules;

namespace Sluice.Silo.Admin;

/// <summary>The identity providers that a tenant trusts.</summary>
internal static class ProviderEndpoints
{
    public static void MapProviders(this IEndpointRouteBuilder admin)
    {
        var providers = admin.MapGroup("/tenants/{tenant}/providers").WithTags("Providers");
        providers.MapGet("", ListAsync).WithSummary("The identity providers of a tenant, in the order of their names.");
        providers.MapPut("/{provider}", PutAsync)
            .WithSummary("Make an identity provider, or replace it. It is in force for the next token.");
        providers.MapDelete("/{provider}", RemoveAsync)
            .WithSummary("Trust an identity provider no more. What was issued for its tokens ends by itself.");
    }

    private static async Task<Results<Ok<Page<ProviderDocument>>, ProblemHttpResult>> ListAsync(
        string tenant, IClusterClient cluster) =>
        Names.IsName(tenant) && await cluster.GetGrain<ITenantGrain>(tenant).Describe() is not null
        ? TypedResults.Ok(new Page<ProviderDocument>(
            [.. (await Grain(cluster, tenant).List()).Select(ProviderDocument.Of)], null))
        : AdminResults.NotFound($"tenant '{tenant}'");

    private static async Task<Results<Ok<ProviderDocument>, ProblemHttpResult>> PutAsync(
        string tenant, string provider, ProviderDocument document, IClusterClient cluster)
    {
        if (!Names.IsName(tenant))
        {
            return AdminResults.NotFound($"tenant '{tenant}'");
        }

        var mistakes = new List<string>();
        if (document.ToDefinition(provider, mistakes) is not { } definition)
        {
            return AdminResults.Invalid(mistakes);
        }

        var reply = await Grain(cluster, tenant).Put(definition);
        return reply.Outcome is ChangeOutcome.Done
            ? TypedResults.Ok(ProviderDocument.Of(definition))
            : AdminResults.Refusal(reply);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(
        string tenant, string provider, IClusterClient cluster)
    {
        if (!Names.IsName(tenant))
        {
            return AdminResults.NotFound($"tenant '{tenant}'");
        }

        var reply = await Grain(cluster, tenant).Remove(provider);
        return reply.Outcome is ChangeOutcome.Done ? TypedResults.NoContent() : AdminResults.Refusal(reply);
    }

    private static IProvidersGrain Grain(IClusterClient cluster, string tenant) =>
        cluster.GetGrain<IProvidersGrain>(tenant);
}
