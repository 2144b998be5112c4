using System.Globalization;
using System.Text.Json;
using Sluice.Rules.Logins;
using Sluice.Rules.Tokens;

namespace Sluice.Rules.Federation;

/// <summary>How we say to a provider who we are.</summary>
public enum ProviderProof
{
    /// <summary>In a header: what a provider takes that says nothing of it.</summary>
    Basic,

    /// <summary>Among the parameters.</summary>
    Post,
}

/// <summary>What is needed of how a provider describes itself (OpenID Connect Discovery, section 3).</summary>
/// <param name="AuthorizationAddress">Where people sign in.</param>
/// <param name="TokenAddress">Where codes are redeemed.</param>
public sealed record ProviderDescription(string AuthorizationAddress, string TokenAddress)
{
    /// <summary>True: its answers say whose they are, so one that does not is not its own (RFC 9207).</summary>
    public bool SaysIssuer { get; init; }

    /// <summary>How it wants to hear who we are.</summary>
    public ProviderProof Proof { get; init; }

    /// <summary>Reads a description; null for one that is another issuer's, or lacks an address.</summary>
    public static ProviderDescription? TryRead(ReadOnlyMemory<byte> json, string issuer)
    {
        using var document = StrictJson.TryParseObject(json);
        var root = document?.RootElement ?? default;
        if (document is null
            || root.TextOf("issuer") != issuer
            || root.TextOf("authorization_endpoint") is not { } authorization
            || root.TextOf("token_endpoint") is not { } token
            || !ProviderRules.IsAddress(authorization)
            || !ProviderRules.IsAddress(token))
        {
            return null;
        }

        var proofs = root.TryGetProperty("token_endpoint_auth_methods_supported", out var said)
            ? said.TextsOf()
            : null;
        return new ProviderDescription(authorization, token)
        {
            SaysIssuer = root.TryGetProperty("authorization_response_iss_parameter_supported", out var says)
                && says.ValueKind is JsonValueKind.True,
            Proof = proofs?.Contains("client_secret_basic") is false && proofs.Contains("client_secret_post")
                ? ProviderProof.Post
                : ProviderProof.Basic,
        };
    }

    /// <summary>Whether an answer that says this of its issuer, or nothing, can be its (RFC 9207, 2.4).</summary>
    public bool IsOf(string? said, string issuer) => said is null ? !SaysIssuer : said == issuer;

    /// <summary>The address that a person is sent to for one sign-in.</summary>
    public string AddressFor(IdentityProvider provider, SignInBegin begin) => RedirectAddress.With(
        AuthorizationAddress,
        ("response_type", "code"),
        ("client_id", provider.Audience),
        ("redirect_uri", begin.Callback),
        ("scope", provider.Login?.Scope),
        ("state", begin.State),
        ("nonce", begin.Nonce),
        ("code_challenge", ProofKey.ChallengeOf(begin.Verifier)),
        ("code_challenge_method", ProofKey.Method),
        ("max_age", begin.Age is { } age ? age.ToString(CultureInfo.InvariantCulture) : null));
}

/// <summary>What a sign-in at a provider begins with.</summary>
/// <param name="Callback">Where the provider sends the person back to.</param>
/// <param name="State">What comes back with them.</param>
/// <param name="Nonce">What the ID token says then.</param>
/// <param name="Verifier">The secret that the code is redeemed with.</param>
/// <param name="Age">How long ago the person may have signed in, in seconds; null: it does not matter.</param>
public sealed record SignInBegin(string Callback, string State, string Nonce, string Verifier, long? Age);
