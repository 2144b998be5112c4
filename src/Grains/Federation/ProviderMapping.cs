using System.Text;
using Sluice.Grains.Abstractions.Federation;
using Sluice.Rules.Federation;
using Sluice.Rules.Tokens;

namespace Sluice.Grains.Federation;

/// <summary>Between what is said of a provider on the wire and in the rules.</summary>
internal static class ProviderMapping
{
    /// <summary>The provider as the rules want it; null where a part of it cannot be read, and then why.</summary>
    public static IdentityProvider? ToRule(this ProviderDefinition provider, List<string> mistakes)
    {
        var keys = provider.KeySet.Length == 0
            ? null
            : PublicKeySet.TryParse(Encoding.UTF8.GetBytes(provider.KeySet));
        if (keys is null && provider.KeySet.Length > 0)
        {
            mistakes.Add("jwks: is no JSON Web Key Set of public keys with distinct kids.");
        }

        var grants = new List<SubjectGrant>();
        foreach (var (index, grant) in provider.Grants.Index())
        {
            if (TokenScope.TryParse(grant.Scope) is { } scope)
            {
                grants.Add(new SubjectGrant(grant.Client, grant.Claim, grant.Pattern, scope, [.. grant.Roles]));
            }
            else
            {
                mistakes.Add($"grants[{index}].scope: must be 'models', or 'model:NAME' once or several times.");
            }
        }

        return mistakes.Count > 0
            ? null
            : new IdentityProvider(provider.Provider, provider.Issuer, provider.Audience)
            {
                Algorithms = provider.Algorithms.Length == 0
                    ? [SignatureAlgorithm.Es256, SignatureAlgorithm.Rs256]
                    : [.. provider.Algorithms.Select(SignatureAlgorithms.Of)],
                SubjectClaim = provider.SubjectClaim,
                AgeMax = provider.AgeMax,
                KeySetAddress = provider.KeySetAddress,
                Keys = keys,
                Grants = [.. grants],
                Login = provider.Login?.ToRule(),
            };
    }

    private static ProviderLogin ToRule(this ProviderLoginDefinition login) => new(
        login.Kind switch
        {
            SignInKind.OpenIdConnect => LoginKind.OpenIdConnect,
            SignInKind.WeChatWork => LoginKind.WeChatWork,
            _ => throw new ArgumentOutOfRangeException(nameof(login), login.Kind, "It is none."),
        })
    {
        Scope = login.Scope, AgentId = login.AgentId, Page = login.Page,
    };

    public static SubjectTokenKind ToRule(this SubjectKind kind) => kind switch
    {
        SubjectKind.WebToken => SubjectTokenKind.WebToken,
        SubjectKind.IdToken => SubjectTokenKind.IdToken,
        SubjectKind.AccessToken => SubjectTokenKind.AccessToken,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "It is none."),
    };
}
