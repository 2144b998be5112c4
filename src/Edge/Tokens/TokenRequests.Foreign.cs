using Sluice.Grains.Abstractions.Federation;
using Sluice.Grains.Abstractions.Tokens;
using Sluice.Rules.Credentials;

namespace Sluice.Edge.Tokens;

/// <summary>Tokens of identity providers, exchanged for tokens of ours.</summary>
internal sealed partial class TokenRequests
{
    private const string IdTokenType = "urn:ietf:params:oauth:token-type:id_token";

    /// <summary>None for a type of subject token that is not taken here.</summary>
    private static SubjectKind KindOf(string type) => type switch
    {
        WebTokenType => SubjectKind.WebToken,
        IdTokenType => SubjectKind.IdToken,
        AccessType => SubjectKind.AccessToken,
        _ => SubjectKind.None,
    };

    /// <summary>
    /// The client has to be named: it has the tenant whose providers judge. What the provider says is proof enough, for
    /// a tenant grants each client to whom it means.
    /// </summary>
    private async Task<(TokenDocument?, OAuthError?)> ExchangeForeignAsync(
        OAuthForm form, string subject, SubjectKind kind)
    {
        if (form.Login is not { } login)
        {
            return Refused(OAuthError.Invalid("There is no client_id, which says whose tenant judges the token."));
        }

        if (await RefusalOfAsync(login) is { } refusal)
        {
            return Refused(refusal);
        }

        var reply = await WithinAsync(Grain(login.ClientId).Issue(new IssueTokenRequest
        {
            KeyVersion = 0,
            SecretDigest = [],
            Scope = form["scope"] ?? "",
            Subject = new SubjectRequest { ClientId = login.ClientId, Token = subject, Kind = kind },
        }));
        return reply.Outcome is TokenOutcome.SubjectRefused or TokenOutcome.KeyRefused
            ? Refused(WrongSubject with { Refusal = CredentialRefusal.BadToken })
            : Answered(reply, AccessType);
    }
}
