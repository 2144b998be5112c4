using Sluice.Rules.Tokens;

namespace Sluice.Rules.Federation;

/// <summary>What an identity provider must be like before any of its tokens is believed.</summary>
public static class ProviderRules
{
    /// <summary>Most providers of a tenant.</summary>
    public const int ProvidersMax = 16;

    /// <summary>Most grants of a provider.</summary>
    public const int GrantsMax = 64;

    /// <summary>Most roles of a grant.</summary>
    public const int RolesMax = 16;

    public static readonly TimeSpan AgeMin = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan AgeMax = TimeSpan.FromHours(24);

    private const int TextLengthMax = 512;

    /// <summary>What is wrong with a provider, each in a sentence that begins with its place.</summary>
    /// <param name="provider">As somebody wrote it.</param>
    /// <param name="ownIssuer">Our issuer, which is no provider of anybody's.</param>
    public static IEnumerable<string> MistakesIn(IdentityProvider provider, string ownIssuer)
    {
        if (!Names.IsName(provider.Name))
        {
            yield return $"provider: '{provider.Name}' is not {Names.Rule}.";
        }

        if (!IsAddress(provider.Issuer) || provider.Issuer.Contains('?', StringComparison.Ordinal))
        {
            yield return
                "issuer: must be an https address without user, query and fragment; http on this machine only.";
        }
        else if (provider.Issuer == ownIssuer)
        {
            yield return "issuer: is our own.";
        }

        if (provider.Audience.Length is 0 or > TextLengthMax)
        {
            yield return $"audience: must have 1 to {TextLengthMax} characters: the name that we have at the provider.";
        }

        if (provider.KeySetAddress.Length > 0 && !IsAddress(provider.KeySetAddress))
        {
            yield return "jwksUri: must be an https address without user and fragment; http on this machine only.";
        }

        if (provider.Keys is { } keys && (provider.KeySetAddress.Length > 0 || keys.Keys.IsEmpty))
        {
            yield return "jwks: must have at least one key for ES256 or RS256, and no jwksUri beside it.";
        }

        if (provider.Algorithms.IsEmpty || provider.Algorithms.Contains(SignatureAlgorithm.None))
        {
            yield return "algorithms: must be ES256, RS256 or both.";
        }

        if (!IsClaim(provider.SubjectClaim))
        {
            yield return "subjectClaim: is no name of a claim.";
        }

        if (provider.AgeMax < AgeMin || provider.AgeMax > AgeMax)
        {
            yield return "maxAge: is not between 1m and 24h.";
        }

        foreach (var mistake in GrantMistakesIn(provider))
        {
            yield return mistake;
        }
    }

    /// <summary>
    /// Whether it is an address that may be asked: https, or http to this machine itself, where nobody can listen in.
    /// </summary>
    public static bool IsAddress(string text) =>
        text.Length <= TextLengthMax
        && Uri.TryCreate(text, UriKind.Absolute, out var address)
        && address.UserInfo.Length == 0
        && address.Fragment.Length == 0
        && address.Host.Length > 0
        && (address.Scheme == "https" || (address.Scheme == "http" && address.IsLoopback));

    private static IEnumerable<string> GrantMistakesIn(IdentityProvider provider)
    {
        if (provider.Grants.Length is 0 or > GrantsMax)
        {
            yield return $"grants: there must be 1 to {GrantsMax}; without one nobody could use the provider.";
        }

        foreach (var (index, grant) in provider.Grants.Index())
        {
            if (!Names.IsName(grant.Client))
            {
                yield return $"grants[{index}].client: '{grant.Client}' is not {Names.Rule}.";
            }

            if (!IsClaim(grant.Claim))
            {
                yield return $"grants[{index}].claim: is no name of a claim.";
            }

            if (grant.Pattern.Length is 0 or > TextLengthMax)
            {
                yield return $"grants[{index}].is: must have 1 to {TextLengthMax} characters; '*' is everybody.";
            }

            if (grant.Roles.Length > RolesMax || !grant.Roles.All(Names.IsName))
            {
                yield return $"grants[{index}].roles: must be at most {RolesMax} names.";
            }
        }

        // What somebody gets is the union of all that match, which a token must be able to say.
        foreach (var client in provider.Grants.GroupBy(grant => grant.Client))
        {
            if (client.SelectMany(grant => grant.Scope.Models).Distinct(StringComparer.Ordinal).Count()
                    > TokenScope.ModelsMax
                || client.SelectMany(grant => grant.Roles).Distinct(StringComparer.Ordinal).Count() > RolesMax)
            {
                yield return $"grants: those of client '{client.Key}' name more than {TokenScope.ModelsMax} models or "
                    + $"{RolesMax} roles together.";
            }
        }
    }

    private static bool IsClaim(string name) => name.Length is > 0 and <= 128 && !name.Any(char.IsControl);
}
