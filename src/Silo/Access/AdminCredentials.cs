using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Issuers;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Rules.Credentials;
using Sluice.Rules.Keys;
using Sluice.Rules.Policies;
using Sluice.Rules.Tokens;
using Sluice.Silo.Admin;

namespace Sluice.Silo.Access;

/// <summary>
/// Who comes with a credential: a key of a client, an access token of our own issuer, or a token that is configured.
/// Of a network that many wrong ones came from, only those are looked at that were right before.
/// </summary>
internal sealed class AdminCredentials(
    IClusterClient cluster, AdminTokens tokens, RoleBook roles, AdminGuard guard, IOptions<AccessOptions> options,
    TimeProvider time)
{
    // In the place of a client's id where the guard knows a token; no client has it.
    private const string TokenId = "";

    /// <summary>Who it is; what is refused is counted.</summary>
    /// <param name="text">The credential.</param>
    /// <param name="address">Where it came from, see <see cref="AddressPrefix.NumberOf"/>.</param>
    public async Task<CredentialAnswer> ReadAsync(string text, UInt128 address)
    {
        var from = AddressPrefix.Of(address);
        var answer = await JudgeAsync(text, address, from);
        if (answer.Who is null)
        {
            guard.Refused(from, answer.Refusal, answer.ClientId);
        }

        return answer;
    }

    private Task<CredentialAnswer> JudgeAsync(string text, UInt128 address, AddressPrefix from) =>
        text.Contains('.', StringComparison.Ordinal) ? ReadAccessTokenAsync(text, from)
        : KeyText.TryParse(text, out var key) is KeyTextFault.None ? ReadKeyAsync(key, address, from)
        : Task.FromResult(ReadToken(text));

    /// <summary>Looked at always: it asks nobody, and a right one is found by no guess.</summary>
    private CredentialAnswer ReadToken(string text) => tokens.Find(text) is { } known
        ? new CredentialAnswer(known)
        : new CredentialAnswer(
            null, text.Length == 0
                ? "Send a key or a token as 'Authorization: Bearer …'."
                : "That is no key, and no token that is known here.",
            text.Length == 0 ? CredentialRefusal.Absent : CredentialRefusal.Malformed);

    private async Task<CredentialAnswer> ReadKeyAsync(KeyText key, UInt128 address, AddressPrefix from)
    {
        var digest = SHA256.HashData(Encoding.ASCII.GetBytes(key.Secret));
        if (HeldBack(from, key.ClientId, key.Version, digest) is { } heldBack)
        {
            return heldBack;
        }

        var identified = await cluster.GetGrain<IClientAdmission>(key.ClientId).Identify(new IdentifyRequest
        {
            KeyVersion = key.Version, SecretDigest = digest, ClientAddress = address,
        });
        if (identified.Verdict is not Verdict.Admitted)
        {
            return new CredentialAnswer(
                null, $"The admin key is refused: {identified.Verdict}.", RefusalOf(identified.Verdict), key.ClientId);
        }

        guard.Found(key.ClientId, key.Version, digest);
        return new CredentialAnswer(new Administrator
        {
            Actor = $"client/{key.ClientId}/{key.Version}",
            Grants = roles.Of(identified.Role),
            Tenant = identified.Tenant,
        });
    }

    /// <summary>
    /// Judged here, by the issuer's keys as they are now: operators come seldom, and a key that is compromised must be
    /// worth nothing at once.
    /// </summary>
    private async Task<CredentialAnswer> ReadAccessTokenAsync(string text, AddressPrefix from)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        if (HeldBack(from, TokenId, 0, digest) is { } heldBack)
        {
            return heldBack;
        }

        if (CompactToken.TryParse(text, out _) is not TokenFault.None)
        {
            return new CredentialAnswer(null, "The access token cannot be read.", CredentialRefusal.BadToken);
        }

        var issuer = await cluster.GetGrain<IIssuerGrain>(TokenIssuer.Key).Describe();
        if (issuer.Issuer.Length == 0)
        {
            return new CredentialAnswer(null, "No access tokens are issued here.", CredentialRefusal.BadToken);
        }

        var keys = issuer.Keys.Select(key => PublicKey.TryParse(Encoding.UTF8.GetBytes(key))).OfType<PublicKey>();
        var expected = new TokenExpectation(issuer.Issuer, issuer.Audience, new PublicKeySet([.. keys]));
        var fault = AccessTokenRules.TryRead(text, expected, time.GetUtcNow(), out var token);
        if (token is null)
        {
            return fault is TokenFault.Expired
                ? new CredentialAnswer(null, "The access token has expired.", CredentialRefusal.Expired)
                : new CredentialAnswer(null, "The access token is wrong.", CredentialRefusal.BadToken);
        }

        guard.Found(TokenId, 0, digest);
        var standing = await cluster.GetGrain<ITokenGrain>(token.ClientId).InspectAccess(new IssuedToken(
            token.TokenId, token.IssuedAt, token.ExpiresAt, token.KeyVersion, token.Tenant));
        return standing.Active
            ? new CredentialAnswer(Of(token))
            : new CredentialAnswer(
                null, "The access token was ended before its time.", CredentialRefusal.Revoked, token.ClientId);
    }

    private CredentialAnswer? HeldBack(AddressPrefix from, string clientId, int version, byte[] digest) =>
        guard.WaitOf(from, clientId, version, digest) is var wait && wait > TimeSpan.Zero
            ? new CredentialAnswer(
                null,
                "Too many wrong credentials came from your network. Those that were in use here before are looked at; "
                + "try again later.",
                CredentialRefusal.HeldBack, clientId.Length == 0 ? null : clientId, wait)
            : null;

    private Administrator Of(AccessToken token)
    {
        var claimed = roles.OfClaim(token.Roles);
        return new Administrator
        {
            Actor = $"access-token/{token.Subject}/{token.TokenId}",
            Grants = token.Tenant == options.Value.PlatformTenant ? claimed : claimed.OfOwnTenant(),
            Tenant = token.Tenant,
            ByAccessToken = true,
            AuthenticatedAt = token.AuthTime,
        };
    }

    private static CredentialRefusal RefusalOf(Verdict verdict) => verdict switch
    {
        Verdict.KeyRevoked => CredentialRefusal.Revoked,
        Verdict.KeyExpired => CredentialRefusal.Expired,
        Verdict.KeyRetired or Verdict.KeyNotYetActive => CredentialRefusal.OutOfUse,
        Verdict.ClientSuspended => CredentialRefusal.Suspended,
        Verdict.AddressForbidden => CredentialRefusal.Elsewhere,
        _ => CredentialRefusal.Unknown,
    };
}
