using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Rules;

namespace Sluice.Silo.Admin;

/// <summary>The public keys that a client shows who it is with, in place of a key of ours.</summary>
internal static class PublicKeyEndpoints
{
    public static void MapPublicKeys(this IEndpointRouteBuilder admin)
    {
        var keys = admin.MapGroup("/clients/{id}/public-keys").WithTags("Keys");
        keys.MapGet("", ListAsync).WithSummary("The public keys that a client signs with who it is.");
        keys.MapPut("", ReplaceAsync)
            .WithSummary("Replace a client's public keys by those of a JSON Web Key Set; none takes all away.");
    }

    private static async Task<Results<Ok<Page<PublicKeyInfo>>, ProblemHttpResult>> ListAsync(
        string id, IClusterClient cluster) =>
        Names.IsClientId(id) && await Grain(cluster, id).ListPublicKeys() is { } keys
            ? TypedResults.Ok(new Page<PublicKeyInfo>(keys, null))
            : AdminResults.NotFound($"client '{id}'");

    private static async Task<Results<Ok<Page<PublicKeyInfo>>, ProblemHttpResult>> ReplaceAsync(
        string id, PublicKeysDocument document, IClusterClient cluster)
    {
        if (!Names.IsClientId(id))
        {
            return AdminResults.NotFound($"client '{id}'");
        }

        if (document.Keys is null)
        {
            return AdminResults.Invalid(["keys: there must be a list of JSON Web Keys."]);
        }

        var reply = await Grain(cluster, id).SetPublicKeys(
            $$"""{"keys":[{{string.Join(',', document.Keys.Select(key => key.GetRawText()))}}]}""");
        return reply.Outcome is ChangeOutcome.Done
            ? TypedResults.Ok(new Page<PublicKeyInfo>(await Grain(cluster, id).ListPublicKeys() ?? [], null))
            : AdminResults.Refusal(reply);
    }

    private static IClientAssertionGrain Grain(IClusterClient cluster, string id) =>
        cluster.GetGrain<IClientAssertionGrain>(id);
}

/// <summary>A JSON Web Key Set (RFC 7517, section 5).</summary>
/// <param name="Keys">At most 8 public keys, for ES256 or RS256.</param>
internal sealed record PublicKeysDocument(JsonElement[]? Keys);
