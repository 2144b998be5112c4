using Sluice.Rules.Federation;

namespace Sluice.Grains.Federation;

/// <summary>Sign-in by OpenID Connect: a code with <c>S256</c> and a nonce, redeemed for an ID token.</summary>
/// <param name="keys">The provider, with its keys.</param>
/// <param name="description">How it describes itself.</param>
/// <param name="requests">Asks it.</param>
/// <param name="secret">Opens our secret there; null where we have none.</param>
/// <param name="time">The clock.</param>
internal sealed class OpenIdSignIn(
    ProviderKeys keys, KnownDescription description, IProviderRequests requests, Func<Task<string?>> secret,
    TimeProvider time) : ISignIn
{
    private IdentityProvider Provider => keys.Provider;

    public async Task<string?> AddressAsync(SignInBegin begin) =>
        (await description.CurrentAsync())?.AddressFor(Provider, begin);

    public async Task<SignedIn> SignInAsync(
        SignInBegin begin, string code, string? issuer, Func<string, bool> isClient)
    {
        if (await description.CurrentAsync() is not { } known)
        {
            return SignedIn.Unavailable("its description is not to be had");
        }

        // Before the code goes anywhere: one that another provider gave must not be shown to this one (RFC 9700, 4.4).
        if (!known.IsOf(issuer, Provider.Issuer))
        {
            return SignedIn.Refused("the answer is another issuer's, or does not say whose it is");
        }

        var (text, trouble) = await RedeemAsync(known, begin, code);
        if (text is null)
        {
            return trouble!;
        }

        if (SubjectTokenRules.TryClaim(text, Provider, time.GetUtcNow()) is not { } claimed)
        {
            return SignedIn.Refused("its ID token is not its own, or not for us");
        }

        if (await keys.ForAsync(claimed) is not { } provided)
        {
            return SignedIn.Unavailable("its keys are not to be had");
        }

        var fault = LoginTokenRules.TryRead(
            text, new LoginExpectation(begin.Nonce, begin.Age), Provider, provided, isClient, time.GetUtcNow(),
            out var token);
        return token is null ? SignedIn.Refused(fault.ToString()) : SignedIn.As(token);
    }

    private async Task<(string? IdToken, SignedIn? Trouble)> RedeemAsync(
        ProviderDescription known, SignInBegin begin, string code)
    {
        var own = await secret();
        var form = new List<KeyValuePair<string, string>>
        {
            new("grant_type", "authorization_code"),
            new("code", code),
            new("redirect_uri", begin.Callback),
            new("code_verifier", begin.Verifier),
        };
        var isBasic = own is not null && known.Proof is ProviderProof.Basic;
        if (!isBasic)
        {
            form.Add(new("client_id", Provider.Audience));
        }

        if (own is not null && !isBasic)
        {
            form.Add(new("client_secret", own));
        }

        var answer = await requests.SendAsync(
            new ProviderQuestion(known.TokenAddress)
            {
                Form = form, Basic = isBasic ? (Provider.Audience, own!) : null,
            },
            CancellationToken.None);
        var read = TokenAnswer.Read(answer.Status, answer.Body);
        return read.IdToken is not null ? (read.IdToken, null)

            // Anything else than a wrong code is between the provider and us, and not the person's doing.
            : read.IsWrongCode ? (null, SignedIn.Refused("the code is not good there"))
            : (null, SignedIn.Unavailable($"it answered {answer.Status} to the code, without an ID token"));
    }
}
