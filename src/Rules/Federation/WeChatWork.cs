using System.Text.Json;
using Sluice.Rules.Logins;
using Sluice.Rules.Tokens;

namespace Sluice.Rules.Federation;

/// <summary>What an answer of WeChat Work's API comes to.</summary>
public enum WeChatAnswer
{
    /// <summary>It is good.</summary>
    Good,

    /// <summary>The token that we asked with is not good any more: get another one, and ask again.</summary>
    StaleToken,

    /// <summary>The code is none, was used, or is over; or whoever it stands for is no member.</summary>
    Refused,

    /// <summary>Anything else, which is not the person's doing.</summary>
    Unavailable,
}

/// <summary>
/// WeChat Work's way of signing in: the browser brings a code, and the API tells whose it is to whoever asks with the
/// application's own access token. Secret and token stand in addresses, which is their design: no such address may be
/// logged.
/// </summary>
public static class WeChatWork
{
    /// <summary>Most seconds that a token is used, however long it is said to be good.</summary>
    public const long TokenSecondsMax = 7200;

    private const int TokenLengthMax = 1024;

    /// <summary>The address that a person is sent to for one sign-in.</summary>
    public static string AddressFor(IdentityProvider provider, SignInBegin begin) => RedirectAddress.With(
        provider.Login!.Page.Length > 0 ? provider.Login.Page : ProviderLogin.WeChatWorkPage,
        ("login_type", "CorpApp"),
        ("appid", provider.Audience),
        ("agentid", provider.Login.AgentId),
        ("redirect_uri", begin.Callback),
        ("state", begin.State));

    /// <summary>Where the application's access token is.</summary>
    public static string TokenAddress(IdentityProvider provider, string secret) => RedirectAddress.With(
        $"{provider.Issuer.TrimEnd('/')}/cgi-bin/gettoken", ("corpid", provider.Audience), ("corpsecret", secret));

    /// <summary>Where it is told whose a code is.</summary>
    public static string MemberAddress(IdentityProvider provider, string token, string code) => RedirectAddress.With(
        $"{provider.Issuer.TrimEnd('/')}/cgi-bin/auth/getuserinfo", ("access_token", token), ("code", code));

    /// <summary>Reads an access token, and for how many seconds it is good.</summary>
    public static WeChatAnswer TryReadToken(ReadOnlyMemory<byte> json, out string token, out long seconds)
    {
        (token, seconds) = ("", 0);
        using var document = StrictJson.TryParseObject(json);
        if (document is null
            || ErrorIn(document) != 0
            || document.RootElement.TextOf("access_token") is not { Length: > 0 and <= TokenLengthMax } text
            || document.RootElement.CountOf("expires_in") is not > 0)
        {
            return WeChatAnswer.Unavailable;
        }

        (token, seconds) = (text, Math.Min(document.RootElement.CountOf("expires_in")!.Value, TokenSecondsMax));
        return WeChatAnswer.Good;
    }

    /// <summary>
    /// Reads whose a code was, and what they are granted. Who is no member has another kind of id, which is nobody's
    /// here.
    /// </summary>
    public static WeChatAnswer TryReadMember(
        ReadOnlyMemory<byte> json, IdentityProvider provider, Func<string, bool> isClient, out SubjectToken? token)
    {
        token = null;
        using var document = StrictJson.TryParseObject(json);
        var error = document is null ? null : ErrorIn(document);
        if (error is not 0)
        {
            return error switch
            {
                40014 or 42001 => WeChatAnswer.StaleToken,
                40029 or 42003 => WeChatAnswer.Refused,
                _ => WeChatAnswer.Unavailable,
            };
        }

        if (document!.RootElement.TextOf("userid") is not { } member || !SubjectTokenRules.IsSubject(member))
        {
            return WeChatAnswer.Refused;
        }

        using var claims = StrictJson.TryParseObject(JsonText.Write(written => written.WriteString("sub", member)));
        token = SubjectTokenRules.GrantedBy(claims!.RootElement, member, provider, isClient);
        return token is null ? WeChatAnswer.Refused : WeChatAnswer.Good;
    }

    /// <summary>Null where there is none, which is no answer of theirs. Status codes say nothing there.</summary>
    private static long? ErrorIn(JsonDocument document) =>
        document.RootElement.TryGetProperty("errcode", out var value)
        && value.ValueKind is JsonValueKind.Number
        && value.TryGetInt64(out var error)
            ? error
            : null;
}
