using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Logins;
using Sluice.Rules;

namespace Sluice.Silo.Admin;

/// <summary>How people sign in as a client.</summary>
internal static class LoginEndpoints
{
    public static void MapLogins(this IEndpointRouteBuilder admin)
    {
        var login = admin.MapGroup("/clients/{id}/login").WithTags("Logins");
        login.MapGet("", ShowAsync).WithSummary("How people sign in as a client.");
        login.MapPut("", PutAsync)
            .WithSummary("Let people sign in as a client, or replace how they do. It is in force for the next one.");
        login.MapDelete("", RemoveAsync)
            .WithSummary("Let nobody sign in as a client any more. What was issued is ended by tokens/revoke.");
    }

    private static async Task<Results<Ok<LoginDocument>, ProblemHttpResult>> ShowAsync(
        string id, IClusterClient cluster) =>
        Names.IsClientId(id) && await Grain(cluster, id).Describe() is { } login
            ? TypedResults.Ok(LoginDocument.Of(login))
            : AdminResults.NotFound($"login of a client '{id}'");

    private static async Task<Results<Ok<LoginDocument>, ProblemHttpResult>> PutAsync(
        string id, LoginDocument document, IClusterClient cluster)
    {
        if (!Names.IsClientId(id))
        {
            return AdminResults.NotFound($"client '{id}'");
        }

        var login = document.ToDefinition();
        var reply = await Grain(cluster, id).Register(login);
        return reply.Outcome is ChangeOutcome.Done
            ? TypedResults.Ok(LoginDocument.Of(login))
            : AdminResults.Refusal(reply);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(string id, IClusterClient cluster)
    {
        if (!Names.IsClientId(id))
        {
            return AdminResults.NotFound($"client '{id}'");
        }

        var reply = await Grain(cluster, id).Remove();
        return reply.Outcome is ChangeOutcome.Done ? TypedResults.NoContent() : AdminResults.Refusal(reply);
    }

    private static ILoginGrain Grain(IClusterClient cluster, string id) => cluster.GetGrain<ILoginGrain>(id);
}
