using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Federation;
using Sluice.Grains.Abstractions.Issuers;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Rules.Credentials;
using Sluice.Rules.Keys;
using Sluice.Rules.Tokens;

namespace Sluice.Edge.Tokens;

/// <summary>
/// Answers what is asked of the token service. Whoever asks is judged by its client's grain, each time.
/// </summary>
internal sealed partial class TokenRequests(
    IClusterClient cluster, TokenReader reader, IOptions<EdgeOptions> options, TimeProvider time)
{
    public const string ExchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange";

    /// <summary>The kind of subject token that a key of ours is.</summary>
    public const string KeyType = "urn:sluice:params:oauth:token-type:api-key";

    private const string AccessType = "urn:ietf:params:oauth:token-type:access_token";
    private const string WebTokenType = "urn:ietf:params:oauth:token-type:jwt";

    private readonly TimeSpan _timeout = options.Value.DecisionTimeout;

    /// <summary>A token, or a refusal.</summary>
    public Task<(TokenDocument? Token, OAuthError? Error)> IssueAsync(OAuthForm form, IssuerDescription issuer) =>
        form["grant_type"] switch
        {
            null => Task.FromResult(Refused(OAuthError.Invalid("There is no grant_type."))),
            "client_credentials" when issuer.ClientCredentials => ByKeyAsync(form),
            "refresh_token" => RefreshAsync(form),
            ExchangeGrant => ExchangeAsync(form, issuer),
            _ => Task.FromResult(Refused(new OAuthError(
                400, "unsupported_grant_type", "The grant types that are offered stand in this server's metadata."))),
        };

    /// <summary>Ends a token; null: it is over, whether or not there was one.</summary>
    public async Task<OAuthError?> RevokeAsync(OAuthForm form)
    {
        if (form["token"] is not { } token)
        {
            return OAuthError.Invalid("There is no token.");
        }

        if (form.Login is not { } login)
        {
            return OAuthError.NoClient;
        }

        if (await RefusalOfAsync(login) is { } refusal)
        {
            return refusal;
        }

        if (RefreshText.TryParse(token, out var refresh))
        {
            if (refresh.ClientId != login.ClientId)
            {
                return NotTheirs;
            }

            await WithinAsync(Grain(refresh.ClientId).RevokeRefresh(Parts(refresh, "")));
            return null;
        }

        if (await reader.ReadAsync(token) is not (_, { Token: { } access }))
        {
            return null; // RFC 7009, 2.2: whoever wants it gone has what it wants.
        }

        if (access.ClientId != login.ClientId)
        {
            return NotTheirs;
        }

        await WithinAsync(Grain(access.ClientId).RevokeAccess(Named(access)));
        return null;
    }

    /// <summary>What a token is worth, told to the client that it belongs to.</summary>
    public async Task<(IntrospectionDocument? Token, OAuthError? Error)> IntrospectAsync(OAuthForm form)
    {
        if (form.Login is not { IsProof: true } login)
        {
            return (null, OAuthError.NoClient);
        }

        if (await RefusalOfAsync(login) is { } refusal)
        {
            return (null, refusal);
        }

        if (form["token"] is not { } token)
        {
            return (null, OAuthError.Invalid("There is no token."));
        }

        if (RefreshText.TryParse(token, out var refresh))
        {
            return (await InspectAsync(refresh, login.ClientId), null);
        }

        return (await reader.ReadAsync(token) is (_, { Token: { } access })
            && access.ClientId == login.ClientId
            && (await WithinAsync(Grain(access.ClientId).InspectAccess(Named(access)))).Active
                ? new IntrospectionDocument(true)
                {
                    Scope = access.Scope.Text,
                    ClientId = access.ClientId,
                    TokenType = "Bearer",
                    ExpiresAt = access.ExpiresAt,
                    IssuedAt = access.IssuedAt,
                    Subject = access.Subject,
                    Audience = access.Audience,
                    Issuer = access.Issuer,
                    TokenId = access.TokenId,
                }
                : IntrospectionDocument.Inactive, null);
    }

    private static OAuthError NotTheirs => new(400, "invalid_grant", "The token was issued to another client.");

    private async Task<IntrospectionDocument> InspectAsync(RefreshText refresh, string clientId)
    {
        if (refresh.ClientId != clientId)
        {
            return IntrospectionDocument.Inactive;
        }

        var standing = await WithinAsync(Grain(clientId).InspectRefresh(Parts(refresh, "")));
        return standing.Active
            ? new IntrospectionDocument(true)
            {
                Scope = standing.Scope,
                ClientId = clientId,
                ExpiresAt = standing.ExpiresAt,
                IssuedAt = standing.IssuedAt,
            }
            : IntrospectionDocument.Inactive;
    }

    private async Task<(TokenDocument?, OAuthError?)> ByKeyAsync(OAuthForm form)
    {
        if (form.Login is { Assertion: { } assertion } login)
        {
            var asserted = await WithinAsync(Grain(login.ClientId).Issue(new IssueTokenRequest
            {
                KeyVersion = 0, SecretDigest = [], Assertion = assertion, Scope = form["scope"] ?? "",
            }));
            return asserted.Outcome is TokenOutcome.KeyRefused
                ? Refused(OAuthError.WrongAssertion)
                : Answered(asserted, null);
        }

        if (form.Login is not { Key: { } key })
        {
            return Refused(OAuthError.NoClient);
        }

        // Without a refresh token (RFC 6749, 4.4.3): whoever has the key needs none.
        var reply = await IssueAsync(key, form, withRefresh: false);
        return reply.Outcome is TokenOutcome.KeyRefused ? Refused(OAuthError.WrongClient) : Answered(reply, null);
    }

    private async Task<(TokenDocument?, OAuthError?)> ExchangeAsync(OAuthForm form, IssuerDescription issuer)
    {
        if (form["subject_token"] is not { } subject || form["subject_token_type"] is not { } type)
        {
            return Refused(OAuthError.Invalid("There is no subject_token, or no subject_token_type."));
        }

        if (type != KeyType && KindOf(type) is SubjectKind.None)
        {
            return Refused(OAuthError.Invalid($"There is no such subject_token_type here; a key's is {KeyType}."));
        }

        if (form.Has("actor_token") || form.Has("actor_token_type"))
        {
            return Refused(OAuthError.Invalid("Nobody acts for another here: there must be no actor_token."));
        }

        if (form["requested_token_type"] is not (null or AccessType or WebTokenType))
        {
            return Refused(OAuthError.Invalid("The one requested_token_type here is an access token."));
        }

        if ((form["audience"] ?? issuer.Audience) != issuer.Audience
            || (form["resource"] ?? issuer.Audience) != issuer.Audience)
        {
            return Refused(new OAuthError(400, "invalid_target", "Tokens are issued for this service alone."));
        }

        if (type != KeyType)
        {
            return await ExchangeForeignAsync(form, subject, KindOf(type));
        }

        if (KeyText.TryParse(subject, out var key) is not KeyTextFault.None
            || (form.Login is { } named && named.ClientId != key.ClientId))
        {
            return Refused(WrongSubject);
        }

        if (form.Login is { } login && await RefusalOfAsync(login) is { } refusal)
        {
            return Refused(refusal);
        }

        var reply = await IssueAsync(key, form, withRefresh: true);
        return reply.Outcome is TokenOutcome.KeyRefused ? Refused(WrongSubject) : Answered(reply, AccessType);
    }

    private static OAuthError WrongSubject =>
        OAuthError.Invalid("The subject_token is not good, or not any more.") with
        {
            Refusal = CredentialRefusal.Unknown,
        };

    private async Task<(TokenDocument?, OAuthError?)> RefreshAsync(OAuthForm form)
    {
        if (form["refresh_token"] is not { } text)
        {
            return Refused(OAuthError.Invalid("There is no refresh_token."));
        }

        if (form.Login is { } login && await RefusalOfAsync(login) is { } refusal)
        {
            return Refused(refusal);
        }

        if (!RefreshText.TryParse(text, out var refresh)
            || (form.Login is { } named && named.ClientId != refresh.ClientId))
        {
            return Refused(OAuthError.InvalidGrant);
        }

        return Answered(
            await WithinAsync(Grain(refresh.ClientId).Refresh(Parts(refresh, form["scope"] ?? ""))), null);
    }

    /// <summary>Judges what somebody authenticates with; null when it is good, or nothing is shown.</summary>
    private async Task<OAuthError?> RefusalOfAsync(ClientLogin login)
    {
        if (login.Assertion is { } assertion)
        {
            var asserted = await WithinAsync(
                cluster.GetGrain<IClientAssertionGrain>(login.ClientId).Authenticate(assertion));
            return asserted.Outcome switch
            {
                AssertionOutcome.Authenticated => null,
                AssertionOutcome.ClientSuspended => OAuthError.Suspended,
                AssertionOutcome.TooMany => OAuthError.TooMany(asserted.RetryAfter),
                _ => OAuthError.WrongAssertion,
            };
        }

        if (login.Key is not { } key)
        {
            return null;
        }

        var reply = await WithinAsync(cluster.GetGrain<IClientAdmission>(key.ClientId).Identify(new IdentifyRequest
        {
            KeyVersion = key.Version, SecretDigest = DigestOf(key), ClientAddress = login.From,
        }).AsTask());
        return reply.Verdict switch
        {
            Verdict.Admitted => null,
            Verdict.ClientSuspended => OAuthError.Suspended,
            Verdict.AddressForbidden => OAuthError.Elsewhere,
            _ => OAuthError.WrongClient,
        };
    }

    private Task<TokenReply> IssueAsync(KeyText key, OAuthForm form, bool withRefresh) =>
        WithinAsync(Grain(key.ClientId).Issue(new IssueTokenRequest
        {
            KeyVersion = key.Version,
            SecretDigest = DigestOf(key),
            Scope = form["scope"] ?? "",
            WithRefresh = withRefresh,
            ClientAddress = form.From,
        }));

    private static (TokenDocument?, OAuthError?) Answered(TokenReply reply, string? issuedType) => reply.Outcome switch
    {
        TokenOutcome.Issued => (
            new TokenDocument(
                reply.AccessToken, reply.ExpiresIn, reply.Scope,
                reply.RefreshToken.Length > 0 ? reply.RefreshToken : null, issuedType),
            null),
        TokenOutcome.ClientSuspended => Refused(OAuthError.Suspended),
        TokenOutcome.AddressForbidden => Refused(OAuthError.Elsewhere),
        TokenOutcome.InvalidScope => Refused(OAuthError.InvalidScope),
        TokenOutcome.TooMany => Refused(OAuthError.TooMany(reply.RetryAfter)),
        TokenOutcome.InvalidGrant => Refused(OAuthError.InvalidGrant),
        _ => Refused(OAuthError.Unavailable),
    };

    private static (TokenDocument?, OAuthError?) Refused(OAuthError error) => (null, error);

    private ITokenGrain Grain(string clientId) => cluster.GetGrain<ITokenGrain>(clientId);

    private static RefreshTokenRequest Parts(RefreshText refresh, string scope) => new()
    {
        FamilyId = refresh.FamilyId, Number = refresh.Number, Proof = refresh.Proof, Scope = scope,
    };

    public static IssuedToken Named(AccessToken token) =>
        new(token.TokenId, token.IssuedAt, token.ExpiresAt, token.KeyVersion, token.Tenant);

    private static byte[] DigestOf(KeyText key) => SHA256.HashData(Encoding.ASCII.GetBytes(key.Secret));

    private Task WithinAsync(Task call) => call.WaitAsync(_timeout, time);

    private Task<T> WithinAsync<T>(Task<T> call) => call.WaitAsync(_timeout, time);
}
