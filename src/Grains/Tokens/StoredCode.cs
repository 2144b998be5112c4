using Sluice.Grains.Abstractions.Federation;
using Sluice.Rules.Logins;

namespace Sluice.Grains.Tokens;

/// <summary>A code that waits to be redeemed, of which nobody can make it again.</summary>
[GenerateSerializer, Immutable, Alias("sluice.StoredCode")]
public sealed record StoredCode
{
    /// <inheritdoc cref="LoginCode.Digest"/>
    [Id(0)] public string Digest { get; init; } = "";

    /// <inheritdoc cref="LoginCode.RedirectAddress"/>
    [Id(3)] public string RedirectAddress { get; init; } = "";

    /// <inheritdoc cref="LoginCode.Challenge"/>
    [Id(6)] public string Challenge { get; init; } = "";

    /// <inheritdoc cref="LoginCode.ExpiresAt"/>
    [Id(9)] public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The scope of what it gives, written out.</summary>
    [Id(12)] public string Scope { get; init; } = "";

    /// <summary>Who signed in.</summary>
    [Id(15)] public StoredPerson Person { get; init; } = new();

    /// <summary>What the rules know of it.</summary>
    public LoginCode ToRule() => new(Digest, RedirectAddress, Challenge, ExpiresAt);
}

/// <summary>Who a provider says that somebody is.</summary>
[GenerateSerializer, Immutable, Alias("sluice.StoredPerson")]
public sealed record StoredPerson
{
    /// <summary>The provider's name, '/', and the name there.</summary>
    [Id(0)] public string Subject { get; init; } = "";

    /// <summary>The roles that were granted.</summary>
    [Id(3)] public string[] Roles { get; init; } = [];

    /// <summary>When they showed that it is them, in seconds since 1970; null: it is not known.</summary>
    [Id(6)] public long? AuthTime { get; init; }

    /// <summary>The provider.</summary>
    [Id(9)] public string Provider { get; init; } = "";

    /// <inheritdoc cref="SubjectReply.Stamp"/>
    [Id(12)] public string Stamp { get; init; } = "";

    /// <summary>Whoever was judged.</summary>
    public static StoredPerson Of(SubjectReply judged) => new()
    {
        Subject = judged.Subject,
        Roles = judged.Roles,
        AuthTime = judged.AuthTime,
        Provider = judged.Provider,
        Stamp = judged.Stamp,
    };
}
