using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules;
using Sluice.Rules.Keys;
using Sluice.Silo.Configuration;
using Sluice.Silo.Security;

namespace Sluice.Silo.Admin;

/// <summary>A client's keys: issue, list, revoke. A secret is shown once, by the answer that issues it.</summary>
internal static class KeyEndpoints
{
    public static void MapKeys(this IEndpointRouteBuilder admin)
    {
        var keys = admin.MapGroup("/clients/{id}/keys").WithTags("Keys");
        keys.MapPost("", IssueAsync).WithSummary("Issue a key. Its text is in this answer and nowhere else.");
        keys.MapGet("", ListAsync)
            .WithSummary("Every key version of a client, oldest first, and its use, without secrets.");
        keys.MapPost("/{version:int}/revoke", RevokeAsync).WithSummary("End a key version at once and for good.");
    }

    private static async Task<Results<Created<IssuedKeyDocument>, ProblemHttpResult>> IssueAsync(
        HttpContext context, string id, NewKeyDocument request, IClusterClient cluster, IOptions<SiloOptions> options)
    {
        if (SecretChannel.Refusal(context, options.Value) is { } refusal)
        {
            return refusal;
        }

        var lifetime = KeyRing.LifetimeMax;
        if (request.Lifetime is not null && !DurationText.TryParse(request.Lifetime, out lifetime))
        {
            return AdminResults.Invalid([$"lifetime: '{request.Lifetime}' is not {DurationText.Rule}."]);
        }

        if (lifetime < KeyRing.LifetimeMin) // Zero means the longest to the grain, and not to whoever writes 0m.
        {
            return AdminResults.Invalid([$"lifetime: '{request.Lifetime}' is not between 1m and 90d."]);
        }

        if (ClientEndpoints.Grain(cluster, id) is not { } grain)
        {
            return AdminResults.NotFound($"client '{id}'");
        }

        var key = NewKey.Make();
        var issued = await grain.IssueKey(new IssueKeyRequest
        {
            SecretDigest = key.Digest,
            Lifetime = lifetime,
            Label = request.Label ?? "",
        });
        if (issued.Reply.Outcome is not ChangeOutcome.Done)
        {
            return AdminResults.Refusal(issued.Reply);
        }

        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created(
            $"/admin/v1/clients/{id}/keys",
            new IssuedKeyDocument(
                issued.Version, key.TextFor(options.Value.KeyEnvironment, id, issued.Version), issued.ExpiresAt));
    }

    private static async Task<Results<Ok<Page<KeyDocument>>, ProblemHttpResult>> ListAsync(
        string id, IClusterClient cluster)
    {
        return Names.IsClientId(id) && await cluster.GetGrain<IClientKeys>(id).ListVersions() is { } versions
            ? TypedResults.Ok(new Page<KeyDocument>([.. versions.Select(KeyDocument.Of)], null))
            : AdminResults.NotFound($"client '{id}'");
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(
        string id, int version, RevocationDocument? request, IClusterClient cluster)
    {
        if (ClientEndpoints.Grain(cluster, id) is not { } grain)
        {
            return AdminResults.NotFound($"client '{id}'");
        }

        var reply = await grain.RevokeKey(new RevokeKeyRequest { Version = version, Reason = request?.Reason ?? "" });
        return reply.Outcome is ChangeOutcome.Done ? TypedResults.NoContent() : AdminResults.Refusal(reply);
    }
}
