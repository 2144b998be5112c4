using Sluice.Grains.Abstractions.Federation;
using Sluice.Grains.Abstractions.Logins;

namespace Sluice.Silo.Admin;

/// <summary>How people sign in as a client.</summary>
/// <param name="Provider">A provider of the client's tenant that has a <c>login</c>.</param>
/// <param name="RedirectUris">
/// Where they may be sent back to, letter by letter; 1 to 16. Of http addresses of 127.0.0.1 and [::1] the port may be
/// any.
/// </param>
internal sealed record LoginDocument(string? Provider, string[]? RedirectUris)
{
    public LoginDefinition ToDefinition() => new()
    {
        Provider = Provider ?? "", RedirectAddresses = RedirectUris ?? [],
    };

    public static LoginDocument Of(LoginDefinition login) => new(login.Provider, login.RedirectAddresses);
}

/// <summary>How people are sent to a provider to sign in.</summary>
/// <param name="Kind"><c>oidc</c> or <c>wechat-work</c>.</param>
/// <param name="Scope">What is asked of an OpenID provider; not there: <c>openid</c>.</param>
/// <param name="AgentId">The number of the application at WeChat Work.</param>
/// <param name="Page">Where people sign in at WeChat Work; not there: where everybody does.</param>
/// <param name="ClientSecret">
/// Our secret at the provider, 1 to 512 characters. Never told; left out: the one that is there stays.
/// </param>
/// <param name="SecretSetAt">When it was given. Told, not taken.</param>
/// <param name="RedirectUri">What has to be registered at the provider. Told, not taken.</param>
internal sealed record ProviderLoginDocument(
    string? Kind, string? Scope, string? AgentId, string? Page, string? ClientSecret, DateTimeOffset? SecretSetAt,
    string? RedirectUri)
{
    public const int SecretLengthMax = 512;

    private const string OpenIdConnect = "oidc";
    private const string WeChatWork = "wechat-work";

    /// <summary>As it is written; null where it cannot be, and then why.</summary>
    public ProviderLoginDefinition? ToDefinition(List<string> mistakes)
    {
        var kind = Kind switch
        {
            OpenIdConnect => SignInKind.OpenIdConnect,
            WeChatWork => SignInKind.WeChatWork,
            _ => SignInKind.None,
        };
        if (kind is SignInKind.None)
        {
            mistakes.Add($"login.kind: must be '{OpenIdConnect}' or '{WeChatWork}'.");
        }

        if (ClientSecret is { Length: 0 or > SecretLengthMax } || ClientSecret?.Any(char.IsControl) is true)
        {
            mistakes.Add($"login.clientSecret: must have 1 to {SecretLengthMax} characters, none of them invisible.");
        }

        return mistakes.Count > 0
            ? null
            : new ProviderLoginDefinition
            {
                Kind = kind, Scope = Scope ?? "openid", AgentId = AgentId ?? "", Page = Page ?? "",
            };
    }

    public static ProviderLoginDocument Of(ProviderLoginDefinition login, string redirectUri) => new(
        login.Kind is SignInKind.WeChatWork ? WeChatWork : OpenIdConnect,
        login.Kind is SignInKind.WeChatWork ? null : login.Scope,
        login.AgentId.Length == 0 ? null : login.AgentId, login.Page.Length == 0 ? null : login.Page,
        null, login.SecretSetAt, redirectUri);

    /// <summary>Never the secret: one that is logged by mistake tells only of what kind it is.</summary>
    public override string ToString() => $"{nameof(ProviderLoginDocument)} {Kind}";
}
