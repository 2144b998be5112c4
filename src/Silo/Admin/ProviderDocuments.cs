using System.Text.Json;
using Sluice.Grains.Abstractions.Federation;
using Sluice.Rules.Tokens;
using Sluice.Silo.Configuration;

namespace Sluice.Silo.Admin;

/// <summary>An identity provider that a tenant trusts.</summary>
/// <param name="Provider">Its name in the tenant; the path says it too.</param>
/// <param name="Issuer">Its <c>iss</c>: an https address, or http on this machine.</param>
/// <param name="Audience">What its tokens must be for.</param>
/// <param name="JwksUri">Where its keys are; not there: where its own description says.</param>
/// <param name="Jwks">Its keys themselves, which are never fetched then.</param>
/// <param name="Algorithms">ES256, RS256 or both; not there: both.</param>
/// <param name="SubjectClaim">The claim that says who it is; not there: <c>sub</c>.</param>
/// <param name="MaxAge">How old a token may be, such as <c>10m</c>; not there: an hour.</param>
/// <param name="Grants">Who of its subjects may be which client.</param>
/// <param name="Login">How people are sent there to sign in; not there: nobody is.</param>
internal sealed record ProviderDocument(
    string? Provider, string? Issuer, string? Audience, string? JwksUri, JsonElement? Jwks, string[]? Algorithms,
    string? SubjectClaim, string? MaxAge, GrantDocument[]? Grants, ProviderLoginDocument? Login)
{
    /// <summary>The provider as it is written; null where it cannot be, and then why.</summary>
    public ProviderDefinition? ToDefinition(string name, List<string> mistakes)
    {
        if (Provider is not null && Provider != name)
        {
            mistakes.Add($"provider: '{Provider}' is not the one of the path.");
        }

        var age = TimeSpan.FromHours(1);
        if (MaxAge is not null && !DurationText.TryParse(MaxAge, out age))
        {
            mistakes.Add($"maxAge: '{MaxAge}' is not {DurationText.Rule}.");
        }

        if (Algorithms?.Any(algorithm => SignatureAlgorithms.Of(algorithm) is SignatureAlgorithm.None) is true)
        {
            mistakes.Add("algorithms: must be ES256, RS256 or both.");
        }

        var login = Login?.ToDefinition(mistakes);
        return mistakes.Count > 0
            ? null
            : new ProviderDefinition
            {
                Provider = name,
                Issuer = Issuer ?? "",
                Audience = Audience ?? "",
                KeySetAddress = JwksUri ?? "",
                KeySet = Jwks?.GetRawText() ?? "",
                Algorithms = Algorithms ?? [],
                SubjectClaim = SubjectClaim ?? "sub",
                AgeMax = age,
                Grants = [.. (Grants ?? []).Select(grant => grant.ToDefinition())],
                Login = login,
            };
    }

    /// <param name="provider">The provider.</param>
    /// <param name="redirectUri">Where it sends people back to.</param>
    public static ProviderDocument Of(ProviderDefinition provider, string redirectUri) => new(
        provider.Provider, provider.Issuer, provider.Audience,
        provider.KeySetAddress.Length == 0 ? null : provider.KeySetAddress,
        provider.KeySet.Length == 0 ? null : JsonElement.Parse(provider.KeySet),
        provider.Algorithms.Length == 0 ? null : provider.Algorithms, provider.SubjectClaim,
        DurationText.Format(provider.AgeMax), [.. provider.Grants.Select(GrantDocument.Of)],
        provider.Login is null ? null : ProviderLoginDocument.Of(provider.Login, redirectUri));
}

/// <summary>Lets some subjects of a provider be a client of the tenant.</summary>
/// <param name="Client">The client's name.</param>
/// <param name="Claim">The claim that is looked at, a text or a list of texts; not there: <c>sub</c>.</param>
/// <param name="Is">What it is, or begins with when this ends in '*'.</param>
/// <param name="Scope">The most that they get; not there: all that the client may.</param>
/// <param name="Roles">The roles that they have.</param>
internal sealed record GrantDocument(string? Client, string? Claim, string? Is, string? Scope, string[]? Roles)
{
    public GrantDefinition ToDefinition() => new()
    {
        Client = Client ?? "", Claim = Claim ?? "sub", Pattern = Is ?? "", Scope = Scope ?? "", Roles = Roles ?? [],
    };

    public static GrantDocument Of(GrantDefinition grant) => new(
        grant.Client, grant.Claim, grant.Pattern, grant.Scope.Length == 0 ? null : grant.Scope, grant.Roles);
}
