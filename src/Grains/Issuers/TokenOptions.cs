using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Sluice.Rules.Tokens;

namespace Sluice.Grains.Issuers;

/// <summary>Settings of the token service, section <c>Tokens</c>; the same for every silo.</summary>
public sealed class TokenOptions
{
    /// <summary>
    /// Who issues tokens: the address that clients reach the edges at, without a path, such as
    /// <c>https://api.example.com</c>. Empty: no tokens are issued, and none are accepted.
    /// </summary>
    public string Issuer { get; set; } = "";

    /// <summary>Whom tokens are for; empty: the issuer itself.</summary>
    public string Audience { get; set; } = "";

    /// <summary>How long an access token is good.</summary>
    /// <value>1 second to 15 minutes, default 15 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:15:00")]
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a key may be away from a client that renews its tokens.</summary>
    /// <value>1 minute to 30 days, default 24 hours. It is not prolonged by renewing.</value>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan RefreshTokenLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>True: the grant <c>client_credentials</c> is offered beside token exchange.</summary>
    public bool ClientCredentials { get; set; }

    /// <summary>The algorithm of keys that are made from now on.</summary>
    /// <value>Es256 or Rs256, default Es256.</value>
    public SignatureAlgorithm SigningAlgorithm { get; set; } = SignatureAlgorithm.Es256;

    /// <summary>How long a key signs.</summary>
    /// <value>1 second to 1 year, default 30 days.</value>
    [Range(typeof(TimeSpan), "00:00:01", "366.00:00:00")]
    public TimeSpan SigningKeyLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long a key is published before it signs.</summary>
    /// <value>100 ms to 30 days, default 24 hours.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "30.00:00:00")]
    public TimeSpan SigningKeyLead { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a key is published after it has signed.</summary>
    /// <value>1 second to 1 day, default 20 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan SigningKeyOverlap { get; set; } = TimeSpan.FromMinutes(20);

    /// <summary>The longest that others who judge tokens remember keys without asking again.</summary>
    /// <value>Zero to 7 days, default 12 hours.</value>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan VerifierCache { get; set; } = TimeSpan.FromHours(12);

    /// <summary>The longest until every edge tells of a key that silos know.</summary>
    /// <value>Zero to 1 hour, default 1 minute.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Propagation { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>By how much the clocks of silos may differ.</summary>
    /// <value>Zero to 5 minutes, default 1 minute.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan ClockSkew { get; set; } = AccessToken.ClockSkew;

    /// <summary>Tokens are issued and accepted.</summary>
    public bool IsOffered => Issuer.Length > 0;

    /// <summary>Whom tokens are for.</summary>
    public string AudienceOrIssuer => Audience.Length > 0 ? Audience : Issuer;

    /// <summary>How keys follow each other.</summary>
    public SigningKeyPolicy ToPolicy() => new()
    {
        Lead = SigningKeyLead,
        Overlap = SigningKeyOverlap,
        Lifetime = SigningKeyLifetime,
        VerifierCache = VerifierCache,
        Propagation = Propagation,
        ClockSkew = ClockSkew,
        TokenLifetime = AccessTokenLifetime,
        Algorithm = SigningAlgorithm,
    };
}

/// <summary>What no annotation can say of the token service's settings.</summary>
public sealed class TokenOptionsValidator : IValidateOptions<TokenOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, TokenOptions options)
    {
        var mistakes = options.ToPolicy().Mistakes().Select(mistake => $"Tokens: {mistake}").ToList();
        if (options.IsOffered && !IsIssuer(options.Issuer))
        {
            mistakes.Add(
                $"Tokens:Issuer '{options.Issuer}' is not an http or https address without path, user and query, such "
                + "as https://api.example.com.");
        }

        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    // Compared letter by letter by whoever reads it, so there is one way to write it.
    private static bool IsIssuer(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && address is { Scheme: "http" or "https", UserInfo.Length: 0 }
        && address.GetLeftPart(UriPartial.Authority) == text;
}
