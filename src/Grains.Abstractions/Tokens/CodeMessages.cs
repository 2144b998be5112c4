using Sluice.Grains.Abstractions.Federation;

namespace Sluice.Grains.Abstractions.Tokens;

/// <summary>A person has signed in, and their program gets a code for it.</summary>
[GenerateSerializer, Immutable, Alias("sluice.GrantCodeRequest")]
public sealed record GrantCodeRequest
{
    /// <summary>Who it is, as the provider said and the tenant's grants judged; good.</summary>
    [Id(0)] public required SubjectReply Subject { get; init; }

    /// <summary>Where the code is sent: whoever redeems it must say so.</summary>
    [Id(3)] public required string RedirectAddress { get; init; }

    /// <summary>The program's proof of who redeems (RFC 7636); 43 characters.</summary>
    [Id(6)] public required string Challenge { get; init; }

    /// <summary>The scope that is asked for; empty: all that is granted.</summary>
    [Id(9)] public string Scope { get; init; } = "";
}

/// <summary>The answer to <see cref="GrantCodeRequest"/>.</summary>
[GenerateSerializer, Immutable, Alias("sluice.CodeReply")]
public sealed record CodeReply
{
    /// <summary>Issued, or why not.</summary>
    [Id(0)] public required TokenOutcome Outcome { get; init; }

    /// <summary>The code; empty where there is none. It is kept nowhere.</summary>
    [Id(3)] public string Code { get; init; } = "";
}

/// <summary>A program redeems a code.</summary>
[GenerateSerializer, Immutable, Alias("sluice.RedeemCodeRequest")]
public sealed record RedeemCodeRequest
{
    /// <summary>SHA-256 of the code, in base 64 for URLs.</summary>
    [Id(0)] public required string Digest { get; init; }

    /// <summary>Where it was sent.</summary>
    [Id(3)] public required string RedirectAddress { get; init; }

    /// <summary>The secret whose hash went ahead; at most 128 characters.</summary>
    [Id(6)] public required string Verifier { get; init; }
}
