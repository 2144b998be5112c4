using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Federation;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Grains.Federation;
using Sluice.Grains.Issuers;
using Sluice.Grains.Secrets;
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
        string tenant, IClusterClient cluster, IOptions<TokenOptions> tokens) =>
        Names.IsName(tenant) && await cluster.GetGrain<ITenantGrain>(tenant).Describe() is not null
        ? TypedResults.Ok(new Page<ProviderDocument>(
            [.. (await Grain(cluster, tenant).List()).Select(one => DocumentOf(tenant, one, tokens.Value))], null))
        : AdminResults.NotFound($"tenant '{tenant}'");

    private static async Task<Results<Ok<ProviderDocument>, ProblemHttpResult>> PutAsync(
        string tenant, string provider, ProviderDocument document, HttpContext context, IClusterClient cluster,
        ISecretBox box, IOptions<TokenOptions> tokens, IOptions<SiloOptions> options)
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

        var secret = document.Login?.ClientSecret;
        if (secret is not null && SecretChannel.Refusal(context, options.Value) is { } refusal)
        {
            return refusal;
        }

        // Sealed here, so that it goes nowhere else as it is.
        var sealedSecret = secret is null ? null : await box.SealAsync(
            ProviderSecrets.PlaceOf(tenant, provider), Encoding.UTF8.GetBytes(secret), context.RequestAborted);
        var reply = await Grain(cluster, tenant).PutWithSecret(definition, sealedSecret?.Text);
        if (reply.Outcome is not ChangeOutcome.Done)
        {
            return AdminResults.Refusal(reply);
        }

        var stored = (await Grain(cluster, tenant).List()).FirstOrDefault(one => one.Provider == provider);
        return TypedResults.Ok(DocumentOf(tenant, stored ?? definition, tokens.Value));
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

    private static ProviderDocument DocumentOf(string tenant, ProviderDefinition provider, TokenOptions tokens) =>
        ProviderDocument.Of(provider, ProviderCallback.AddressOf(tokens.Issuer, tenant, provider.Provider));

    private static IProvidersGrain Grain(IClusterClient cluster, string tenant) =>
        cluster.GetGrain<IProvidersGrain>(tenant);
}
