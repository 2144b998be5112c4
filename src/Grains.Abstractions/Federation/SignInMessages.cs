namespace Sluice.Grains.Abstractions.Federation;

/// <summary>How people are sent to a provider to sign in.</summary>
[GenerateSerializer, Immutable, Alias("sluice.ProviderLoginDefinition")]
public sealed record ProviderLoginDefinition
{
    /// <summary>In which way.</summary>
    [Id(0)] public required SignInKind Kind { get; init; }

    /// <summary>What is asked of OpenID Connect; has <c>openid</c> in it, at most 256 characters.</summary>
    [Id(3)] public string Scope { get; init; } = "openid";

    /// <summary>The number of the application at WeChat Work; empty elsewhere.</summary>
    [Id(6)] public string AgentId { get; init; } = "";

    /// <summary>Where people sign in at WeChat Work; empty: where everybody does.</summary>
    [Id(9)] public string Page { get; init; } = "";

    /// <summary>When we were given a secret there; null: there is none. Told, and never taken.</summary>
    [Id(12)] public DateTimeOffset? SecretSetAt { get; init; }
}

/// <summary>In which way a provider lets people sign in. Values are wire: they are only ever added to.</summary>
[GenerateSerializer, Alias("sluice.SignInKind")]
public enum SignInKind
{
    /// <summary>In none. Never sent: a zero on the wire is a mistake.</summary>
    None = 0,

    /// <summary>OpenID Connect.</summary>
    OpenIdConnect = 3,

    /// <summary>WeChat Work.</summary>
    WeChatWork = 6,
}

/// <summary>One sign-in at a provider: begun, or come back with a code.</summary>
[GenerateSerializer, Immutable, Alias("sluice.SignInRequest")]
public sealed record SignInRequest
{
    /// <summary>The provider's name in the tenant.</summary>
    [Id(0)] public required string Provider { get; init; }

    /// <summary>The client of the tenant that the person wants to be.</summary>
    [Id(3)] public required string ClientId { get; init; }

    /// <summary>What comes back with the person.</summary>
    [Id(6)] public required string State { get; init; }

    /// <summary>What the ID token has to say.</summary>
    [Id(9)] public required string Nonce { get; init; }

    /// <summary>What the code is redeemed with.</summary>
    [Id(12)] public required string Verifier { get; init; }

    /// <summary>How long ago the person may have signed in, in seconds; null: it does not matter.</summary>
    [Id(15)] public long? Age { get; init; }

    /// <summary>The provider's code; empty at the beginning. At most 4096 characters.</summary>
    [Id(18)] public string Code { get; init; } = "";

    /// <summary>Whose answer it is said to be; null where it is not said.</summary>
    [Id(21)] public string? Issuer { get; init; }
}

/// <summary>Where a person is sent to sign in.</summary>
[GenerateSerializer, Immutable, Alias("sluice.SignInAddress")]
public sealed record SignInAddress
{
    /// <summary>Good, or why there is no address: Refused where nobody signs in at this provider.</summary>
    [Id(0)] public required SubjectOutcome Outcome { get; init; }

    /// <summary>The address; empty when there is none.</summary>
    [Id(3)] public string Address { get; init; } = "";
}
