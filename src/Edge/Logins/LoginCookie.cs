using Sluice.Rules.Logins;

namespace Sluice.Edge.Logins;

/// <summary>
/// What a browser keeps from the moment it is sent to a provider until it is back: that it is the same browser. One for
/// each client, so that two programs do not get in each other's way.
/// </summary>
internal static class LoginCookie
{
    // By '__Host-' a browser takes it from this very host alone, over TLS, for all paths: nobody else can plant one.
    private const string Name = "__Host-sluice-login-";

    // Lax: it has to come along when the provider sends the browser here, which is another site.
    private static readonly CookieOptions Options = new()
    {
        HttpOnly = true,
        IsEssential = true,
        MaxAge = LoginTicket.Life,
        Path = "/",
        SameSite = SameSiteMode.Lax,
        Secure = true,
    };

    public static void Keep(HttpContext context, string clientId, string ticket) =>
        context.Response.Cookies.Append(Name + clientId, ticket, Options);

    /// <summary>Null when there is none.</summary>
    public static string? Find(HttpContext context, string clientId) =>
        context.Request.Cookies.TryGetValue(Name + clientId, out var ticket) && ticket.Length > 0 ? ticket : null;

    public static void Forget(HttpContext context, string clientId) =>
        context.Response.Cookies.Delete(Name + clientId, Options);
}
