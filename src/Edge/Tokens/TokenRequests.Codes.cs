using Sluice.Grains.Abstractions.Tokens;
using Sluice.Rules.Credentials;
using Sluice.Rules.Logins;

namespace Sluice.Edge.Tokens;

/// <summary>Codes of people who have signed in, redeemed for tokens.</summary>
internal sealed partial class TokenRequests
{
    public const string CodeGrant = "authorization_code";

    /// <summary>Whatever is wrong with it: whoever has a code of somebody else's is not told what he lacks.</summary>
    private static readonly OAuthError WrongCode = new(
        400, "invalid_grant",
        "The code is not good, not any more, or not with this client, redirect_uri and code_verifier.")
    {
        Refusal = CredentialRefusal.BadToken,
    };

    /// <summary>A program need have no secret: that it is who asked is shown by its verifier.</summary>
    private async Task<(TokenDocument?, OAuthError?)> RedeemAsync(OAuthForm form)
    {
        if (form.Login is not { } login)
        {
            return Refused(OAuthError.Invalid("There is no client_id, which says whose code it is."));
        }

        if (form["code"] is not { } code || form["redirect_uri"] is not { } address)
        {
            return Refused(OAuthError.Invalid("There is no code, or no redirect_uri."));
        }

        if (form["code_verifier"] is not { } verifier || !ProofKey.IsVerifier(verifier))
        {
            return Refused(OAuthError.Invalid("There is no code_verifier of 43 to 128 unreserved characters."));
        }

        if (await RefusalOfAsync(login) is { } refusal)
        {
            return Refused(refusal);
        }

        if (AuthorizationCode.DigestOf(code) is not { } digest || address.Length > RedirectAddress.LengthMax)
        {
            return Refused(WrongCode);
        }

        var reply = await WithinAsync(Grain(login.ClientId).RedeemCode(new RedeemCodeRequest
        {
            Digest = digest, RedirectAddress = address, Verifier = verifier,
        }));
        return reply.Outcome is TokenOutcome.InvalidGrant ? Refused(WrongCode) : Answered(reply, null);
    }
}
