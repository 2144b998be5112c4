using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Issuers;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Rules.Keys;
using Sluice.Rules.Policies;
using Sluice.Rules.Tokens;

namespace Sluice.Silo.Access;

/// <summary>
/// Who comes with a credential: a key of a client, an access token of our own issuer, or a token that is configured.
/// </summary>
internal sealed class AdminCredentials(
    IClusterClient cluster, AdminTokens tokens, RoleBook roles, IOptions<AccessOptions> options, TimeProvider time)
{
    /// <summary>Who it is, or a sentence that says why that cannot be said.</summary>
    public Task<(Administrator? Who, string Refusal)> ReadAsync(string text) =>
        text.Contains('.', StringComparison.Ordinal) ? ReadAccessTokenAsync(text)
        : KeyText.TryParse(text, out var key) is KeyTextFault.None ? ReadKeyAsync(key)
        : Task.FromResult((tokens.Find(text), "That is no key, and no token that is known here."));

    private async Task<(Administrator? Who, string Refusal)> ReadKeyAsync(KeyText key)
    {
        var identified = await cluster.GetGrain<IClientAdmission>(key.ClientId).Identify(new IdentifyRequest
        {
            KeyVersion = key.Version,
            SecretDigest = SHA256.HashData(Encoding.ASCII.GetBytes(key.Secret)),
        });
        return identified.Verdict is Verdict.Admitted
            ? (new Administrator
            {
                Actor = $"client/{key.ClientId}/{key.Version}",
                Grants = roles.Of(identified.Role),
                Tenant = identified.Tenant,
            }, "")
            : (null, $"The admin key is refused: {identified.Verdict}.");
    }

    /// <summary>
    /// Judged here, by the issuer's keys as they are now: operators come seldom, and a key that is compromised must be
    /// worth nothing at once.
    /// </summary>
    private async Task<(Administrator? Who, string Refusal)> ReadAccessTokenAsync(string text)
    {
        if (CompactToken.TryParse(text, out _) is not TokenFault.None)
        {
            return (null, "The access token cannot be read.");
        }

        var issuer = await cluster.GetGrain<IIssuerGrain>(TokenIssuer.Key).Describe();
        if (issuer.Issuer.Length == 0)
        {
            return (null, "No access tokens are issued here.");
        }

        var keys = issuer.Keys.Select(key => PublicKey.TryParse(Encoding.UTF8.GetBytes(key))).OfType<PublicKey>();
        var expected = new TokenExpectation(issuer.Issuer, issuer.Audience, new PublicKeySet([.. keys]));
        var fault = AccessTokenRules.TryRead(text, expected, time.GetUtcNow(), out var token);
        if (token is null)
        {
            return (null, fault is TokenFault.Expired ? "The access token has expired." : "The access token is wrong.");
        }

        var standing = await cluster.GetGrain<ITokenGrain>(token.ClientId).InspectAccess(new IssuedToken(
            token.TokenId, token.IssuedAt, token.ExpiresAt, token.KeyVersion, token.Tenant));
        return standing.Active ? (Of(token), "") : (null, "The access token was ended before its time.");
    }

    private Administrator Of(AccessToken token)
    {
        var claimed = roles.OfClaim(token.Roles);
        return new Administrator
        {
            Actor = $"access-token/{token.ClientId}/{token.TokenId}",
            Grants = token.Tenant == options.Value.PlatformTenant ? claimed : claimed.OfOwnTenant(),
            Tenant = token.Tenant,
            ByAccessToken = true,
            AuthenticatedAt = token.AuthTime,
        };
    }
}
