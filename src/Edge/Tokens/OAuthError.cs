using System.Globalization;
using System.Text.Json.Serialization;
using Sluice.Edge.Calls;
using Sluice.Rules.Credentials;
using Sluice.Rules.Logins;
using Sluice.Rules.Tokens;

namespace Sluice.Edge.Tokens;

/// <summary>A refusal in the dialect of OAuth (RFC 6749, 5.2).</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Error">What a program tells it by.</param>
/// <param name="Description">What happened, for a person; never anything that was sent.</param>
internal sealed record OAuthError(
    [property: JsonIgnore] int Status,
    [property: JsonPropertyName("error")] string Error,
    [property: JsonPropertyName("error_description")] string Description)
{
    /// <summary>When to ask again; null when waiting does not help.</summary>
    [JsonIgnore]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>True: the client is told how it should have named itself.</summary>
    [JsonIgnore]
    public bool Challenges { get; init; }

    /// <summary>What was wrong with a credential, so that it is counted; null when that was not why.</summary>
    [JsonIgnore]
    public CredentialRefusal? Refusal { get; init; }

    public static readonly OAuthError NoClient = new(
        401, "invalid_client", "The client has to authenticate: by its id and one of its keys, or by an assertion.")
    {
        Challenges = true, Refusal = CredentialRefusal.Absent,
    };

    public static readonly OAuthError WrongClient = new(
        401, "invalid_client", "The client's id and key do not fit, or the key is not good any more.")
    {
        Challenges = true, Refusal = CredentialRefusal.Unknown,
    };

    public static readonly OAuthError WrongAssertion = new(
        401, "invalid_client",
        "The client_assertion is not good, not any more, or was used before. It must be signed with a key that is "
        + "registered, for this server's issuer alone, and for 5 minutes at most.")
    {
        Refusal = CredentialRefusal.BadToken,
    };

    public static readonly OAuthError Suspended = new(400, "unauthorized_client", "The client is suspended.")
    {
        Refusal = CredentialRefusal.Suspended,
    };

    public static readonly OAuthError Elsewhere = new(
        400, "unauthorized_client", "The client's credentials may not be used from your address.")
    {
        Refusal = CredentialRefusal.Elsewhere,
    };

    public static readonly OAuthError InvalidGrant = new(
        400, "invalid_grant", "The refresh token is not good, or not any more.")
    {
        Refusal = CredentialRefusal.BadToken,
    };

    public static readonly OAuthError InvalidScope = new(
        400, "invalid_scope", "The scope has a word that is not known, or is wider than what it is taken from.");

    public static readonly OAuthError Unavailable = new(
        503, "temporarily_unavailable", "This cannot be decided now. Please try again shortly.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    public static OAuthError Invalid(string description) => new(400, "invalid_request", description);

    /// <summary>What is said to whoever asks for too many.</summary>
    public static OAuthError TooMany(TimeSpan retryAfter) => new(
        429, "temporarily_unavailable", "Too many tokens were asked for. Keep them for as long as they are good.")
    {
        RetryAfter = retryAfter,
    };

    /// <summary>What a network is told that has sent too many wrong credentials.</summary>
    public static OAuthError HeldBack(TimeSpan retryAfter) => new(
        429, "temporarily_unavailable", "Too many wrong credentials came from your network. Please try again later.")
    {
        RetryAfter = retryAfter, Refusal = CredentialRefusal.HeldBack,
    };

    public Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        context.AnsweredWith(Error, Refusal);
        OAuthAnswer.NoStore(response);
        response.StatusCode = Status;
        if (Challenges)
        {
            response.Headers.WWWAuthenticate = "Basic realm=\"sluice\", charset=\"UTF-8\"";
        }

        if (RetryAfter is { } wait)
        {
            response.Headers.RetryAfter =
                Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        return response.WriteAsJsonAsync(this, OAuthJson.Default.OAuthError, cancellationToken: context.RequestAborted);
    }
}

/// <summary>Answers of the token service.</summary>
internal static class OAuthAnswer
{
    public static void NoStore(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers.Pragma = "no-cache";
    }
}

/// <summary>A token that was issued (RFC 6749, 5.1; RFC 8693, 2.2.1).</summary>
internal sealed record TokenDocument(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("expires_in")] long ExpiresIn,
    [property: JsonPropertyName("scope")] string Scope,
    [property: JsonPropertyName("refresh_token")] string? RefreshToken = null,
    [property: JsonPropertyName("issued_token_type")] string? IssuedTokenType = null)
{
    [JsonPropertyName("token_type")]
    public string TokenType { get; } = "Bearer";
}

/// <summary>What a token is worth (RFC 7662, 2.2). Of one that is not good, nothing else is told.</summary>
internal sealed record IntrospectionDocument([property: JsonPropertyName("active")] bool Active)
{
    public static readonly IntrospectionDocument Inactive = new(false);

    [JsonPropertyName("scope")] public string? Scope { get; init; }

    [JsonPropertyName("client_id")] public string? ClientId { get; init; }

    [JsonPropertyName("token_type")] public string? TokenType { get; init; }

    [JsonPropertyName("exp")] public long? ExpiresAt { get; init; }

    [JsonPropertyName("iat")] public long? IssuedAt { get; init; }

    [JsonPropertyName("sub")] public string? Subject { get; init; }

    [JsonPropertyName("aud")] public string? Audience { get; init; }

    [JsonPropertyName("iss")] public string? Issuer { get; init; }

    [JsonPropertyName("jti")] public string? TokenId { get; init; }
}

/// <summary>What is offered (RFC 8414).</summary>
internal sealed record ServerDocument(
    [property: JsonPropertyName("issuer")] string Issuer,
    [property: JsonPropertyName("authorization_endpoint")] string AuthorizationEndpoint,
    [property: JsonPropertyName("token_endpoint")] string TokenEndpoint,
    [property: JsonPropertyName("revocation_endpoint")] string RevocationEndpoint,
    [property: JsonPropertyName("introspection_endpoint")] string IntrospectionEndpoint,
    [property: JsonPropertyName("jwks_uri")] string KeySet,
    [property: JsonPropertyName("grant_types_supported")] string[] Grants)
{
    private static readonly string[] Proofs = ["client_secret_basic", "client_secret_post", "private_key_jwt"];

    /// <summary>What assertions are signed with, which clients choose and signing keys of ours do not.</summary>
    private static readonly string[] Algorithms =
    [
        SignatureAlgorithms.NameOf(SignatureAlgorithm.Es256), SignatureAlgorithms.NameOf(SignatureAlgorithm.Rs256),
    ];

    [JsonPropertyName("response_types_supported")] public string[] ResponseTypes { get; } = ["code"];

    [JsonPropertyName("response_modes_supported")] public string[] ResponseModes { get; } = ["query"];

    [JsonPropertyName("code_challenge_methods_supported")]
    public string[] ChallengeMethods { get; } = [ProofKey.Method];

    [JsonPropertyName("authorization_response_iss_parameter_supported")]
    public bool SaysIssuer { get; } = true;

    // No ID token is issued. OpenID Connect Discovery 1.0 wants both members all the same, and who reads the keys from
    // here wants the document to be one.
    [JsonPropertyName("subject_types_supported")] public string[] SubjectTypes { get; } = ["public"];

    [JsonPropertyName("id_token_signing_alg_values_supported")]
    public string[] IdTokenAlgorithms { get; } = Algorithms;

    [JsonPropertyName("scopes_supported")] public string[] Scopes { get; } = ["models"];

    [JsonPropertyName("token_endpoint_auth_methods_supported")]
    public string[] TokenMethods { get; } = [.. Proofs, "none"];

    [JsonPropertyName("token_endpoint_auth_signing_alg_values_supported")]
    public string[] TokenAlgorithms { get; } = Algorithms;

    [JsonPropertyName("revocation_endpoint_auth_methods_supported")]
    public string[] RevocationMethods { get; } = [.. Proofs, "none"];

    [JsonPropertyName("revocation_endpoint_auth_signing_alg_values_supported")]
    public string[] RevocationAlgorithms { get; } = Algorithms;

    [JsonPropertyName("introspection_endpoint_auth_methods_supported")]
    public string[] IntrospectionMethods { get; } = Proofs;

    [JsonPropertyName("introspection_endpoint_auth_signing_alg_values_supported")]
    public string[] IntrospectionAlgorithms { get; } = Algorithms;
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OAuthError))]
[JsonSerializable(typeof(TokenDocument))]
[JsonSerializable(typeof(IntrospectionDocument))]
[JsonSerializable(typeof(ServerDocument))]
internal sealed partial class OAuthJson : JsonSerializerContext;
