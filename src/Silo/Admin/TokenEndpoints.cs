using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Issuers;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Rules;
using Sluice.Rules.Policies;

namespace Sluice.Silo.Admin;

/// <summary>The keys that access tokens are signed with, and the end of tokens before their time.</summary>
internal static class TokenEndpoints
{
    public static void MapTokens(this IEndpointRouteBuilder admin)
    {
        var tokens = admin.MapGroup("/tokens").WithTags("Tokens");
        tokens.MapGet("/keys", ListKeysAsync).WithSummary("Every signing key, oldest first, without secrets.");
        tokens.MapPost("/keys/rotate", RotateAsync)
            .WithSummary("Make the next signing key. It signs once everybody can know it.");
        tokens.MapPost("/keys/{keyId}/compromise", CompromiseAsync)
            .WithSummary("Somebody else may have a signing key: it is worth nothing from now on, nor is any token.");
        tokens.MapPost("/revoke", RevokeAsync)
            .WithSummary("End all access tokens, or those of one tenant's clients. Refresh tokens stay.");
        admin.MapPost("/clients/{id}/tokens/revoke", RevokeOfClientAsync).WithTags("Tokens")
            .WithSummary("End all tokens of a client, refresh tokens too.");
    }

    private static async Task<Ok<Page<SigningKeyDocument>>> ListKeysAsync(IClusterClient cluster) => TypedResults.Ok(
        new Page<SigningKeyDocument>([.. (await Issuer(cluster).ListKeys()).Select(SigningKeyDocument.Of)], null));

    private static async Task<Results<NoContent, ProblemHttpResult>> RotateAsync(
        NewSigningKeyDocument? request, IClusterClient cluster) =>
        Answer(await Issuer(cluster).Rotate(request?.RotationId ?? ""));

    private static async Task<Results<NoContent, ProblemHttpResult>> CompromiseAsync(
        string keyId, IClusterClient cluster) => Answer(await Issuer(cluster).Compromise(keyId));

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(
        HttpContext context, TokenRevocationDocument? request, IClusterClient cluster)
    {
        var tenant = request?.Tenant ?? "";
        if (!context.Administrator().Reaches(Permissions.TokensRevoke, tenant))
        {
            return tenant.Length > 0
                ? AdminResults.NotFound($"tenant '{tenant}'")
                : AdminAccess.Lacking(
                    context, Permissions.TokensRevoke, "You may end the tokens of your own tenant only: name it.");
        }

        return tenant.Length > 0 && !Names.IsName(tenant)
            ? AdminResults.Invalid([$"tenant: '{tenant}' is not {Names.Rule}."])
            : Answer(await Issuer(cluster).RevokeTokens(tenant));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeOfClientAsync(
        string id, IClusterClient cluster) => Names.IsClientId(id)
        ? Answer(await cluster.GetGrain<ITokenGrain>(id).RevokeAll())
        : AdminResults.NotFound($"client '{id}'");

    private static Results<NoContent, ProblemHttpResult> Answer(ChangeReply reply) =>
        reply.Outcome is ChangeOutcome.Done ? TypedResults.NoContent() : AdminResults.Refusal(reply);

    private static IIssuerGrain Issuer(IClusterClient cluster) => cluster.GetGrain<IIssuerGrain>(TokenIssuer.Key);
}

/// <summary>A rotation that is asked for.</summary>
/// <param name="RotationId">Names it, so that a repeat makes no second key; at most 64 characters.</param>
internal sealed record NewSigningKeyDocument(string? RotationId);

/// <summary>Whose access tokens are to end.</summary>
/// <param name="Tenant">Those of this tenant's clients; not there: all.</param>
internal sealed record TokenRevocationDocument(string? Tenant);

/// <summary>A signing key, without anything secret.</summary>
/// <param name="KeyId">Its thumbprint, as tokens name it.</param>
/// <param name="Algorithm">ES256 or RS256.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ActivatesAt">When it begins, or began, to sign; null before it is published.</param>
/// <param name="CompromisedAt">When it became known that somebody else may have it; null when it did not.</param>
/// <param name="HasSecret">Whether its secret half is still kept.</param>
internal sealed record SigningKeyDocument(
    string KeyId, string Algorithm, string State, DateTimeOffset CreatedAt, DateTimeOffset? ActivatesAt,
    DateTimeOffset? CompromisedAt, bool HasSecret)
{
    public static SigningKeyDocument Of(SigningKeyInfo key) => new(
        key.KeyId, key.Algorithm, char.ToLowerInvariant(key.State[0]) + key.State[1..], key.CreatedAt, key.ActivatesAt,
        key.CompromisedAt, key.HasSecret);
}
