
namespace Sluice.Rules.Federation;

/// <summary>In which way a provider lets people sign in.</summary>
public enum LoginKind
{
    /// <summary>OpenID Connect, with a code and <c>S256</c>.</summary>
    OpenIdConnect,

    /// <summary>
    /// WeChat Work: like OAuth, but without ID token, <c>nonce</c>, proof key and <c>iss</c>. The provider's issuer is
    /// the address of its API, its audience the corporation's id there.
    /// </summary>
    WeChatWork,
}

/// <summary>How people are sent to a provider to sign in. The name that we have there is its audience.</summary>
/// <param name="Kind">In which way.</param>
public sealed record ProviderLogin(LoginKind Kind)
{
    /// <summary>Where WeChat Work has people sign in that come with a browser.</summary>
    public const string WeChatWorkPage = "https://login.work.weixin.qq.com/wwlogin/sso/login";

    private const int ScopeLengthMax = 256;

    /// <summary>What is asked of OpenID Connect; has <c>openid</c> in it.</summary>
    public string Scope { get; init; } = "openid";

    /// <summary>The number of the application at WeChat Work; empty elsewhere.</summary>
    public string AgentId { get; init; } = "";

    /// <summary>Where people sign in at WeChat Work; empty: where everybody does. Empty elsewhere.</summary>
    public string Page { get; init; } = "";

    /// <summary>What is wrong with it, each in a sentence that begins with its place.</summary>
    /// <param name="provider">Whose it is.</param>
    /// <param name="hasSecret">Whether we have a secret at the provider.</param>
    public static IEnumerable<string> MistakesIn(IdentityProvider provider, bool hasSecret) => provider.Login switch
    {
        null => hasSecret
            ? ["login.clientSecret: is for nothing where nobody signs in: leave it out, or say login.kind."]
            : [],
        { Kind: LoginKind.OpenIdConnect } login => OpenIdMistakes(login),
        { Kind: LoginKind.WeChatWork } login => WeChatMistakes(provider, login, hasSecret),
        _ => ["login.kind: must be 'oidc' or 'wechat-work'."],
    };

    private static IEnumerable<string> OpenIdMistakes(ProviderLogin login)
    {
        if (login.Scope.Length > ScopeLengthMax
            || login.Scope.Any(character => character is < ' ' or > '~' or '"' or '\\')
            || !login.Scope.Split(' ').Contains("openid"))
        {
            yield return $"login.scope: must have openid in it, and {ScopeLengthMax} characters at most.";
        }

        if (login.AgentId.Length > 0 || login.Page.Length > 0)
        {
            yield return "login: agentId and page are for wechat-work.";
        }
    }

    private static IEnumerable<string> WeChatMistakes(IdentityProvider provider, ProviderLogin login, bool hasSecret)
    {
        if (login.AgentId.Length is 0 or > 20 || !login.AgentId.All(char.IsAsciiDigit))
        {
            yield return "login.agentId: must be the number of the application, such as 1000002.";
        }

        if (login.Page.Length > 0 && !ProviderRules.IsAddress(login.Page))
        {
            yield return "login.page: must be an https address; http on this machine only.";
        }

        if (!hasSecret)
        {
            yield return "login.clientSecret: WeChat Work tells nothing without the application's secret.";
        }

        if (provider.Keys is not null || provider.KeySetAddress.Length > 0)
        {
            yield return "jwks: WeChat Work has no keys: leave jwks and jwksUri out.";
        }

        if (provider.SubjectClaim != "sub" || provider.Grants.Any(grant => grant.Claim != "sub"))
        {
            yield return "grants: WeChat Work tells nothing but who it is: the claim is sub.";
        }
    }
}
