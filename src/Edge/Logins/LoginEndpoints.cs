using Microsoft.Extensions.Options;
using Sluice.Edge.Calls;
using Sluice.Edge.Credentials;
using Sluice.Edge.Errors;
using Sluice.Edge.Tokens;
using Sluice.Grains.Abstractions.Logins;
using Sluice.Rules;
using Sluice.Rules.Credentials;
using Sluice.Rules.Logins;

namespace Sluice.Edge.Logins;

/// <summary>
/// The two addresses that a browser comes to when a person signs in. Silos judge; here it is only read what came, and
/// done what they say.
/// </summary>
internal static class LoginEndpoints
{
    /// <summary>Where programs send people (RFC 6749, 3.1).</summary>
    public const string AuthorizationPath = OAuthEndpoints.Root + "/authorize";

    private const string CallbackRoot = OAuthEndpoints.Root + "/callback";
    private const string CallbackPath = CallbackRoot + "/{tenant}/{provider}";

    /// <summary>Most characters of a provider's code: what a line of a request can hold with the rest.</summary>
    private const int CodeLengthMax = 4096;

    public static void MapLogins(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(AuthorizationPath, AuthorizeAsync);
        endpoints.MapGet(CallbackPath, CallbackAsync);
    }

    /// <summary>
    /// Whether people come there themselves: no page has anything to ask of it (RFC 9700, 2.6).
    /// </summary>
    public static bool AreFor(PathString path) =>
        path.StartsWithSegments(AuthorizationPath) || path.StartsWithSegments(CallbackRoot);

    private static async Task AuthorizeAsync(
        HttpContext context, IssuerKeys keys, IClusterClient cluster, IOptions<EdgeOptions> options, TimeProvider time)
    {
        if (!await IsOfferedAsync(context, keys))
        {
            return;
        }

        var query = context.Request.Query;
        if (query.Any(parameter => parameter.Value.Count > 1))
        {
            await LoginPage.Unreadable.WriteAsync(context);
            return;
        }

        if (Text(query, "client_id") is not { } clientId || !Names.IsClientId(clientId))
        {
            await LoginPage.UnknownClient.WriteAsync(context);
            return;
        }

        context.Call().Caller = new Caller(clientId, 0, []);
        if (Text(query, "redirect_uri") is not { Length: <= RedirectAddress.LengthMax } address)
        {
            await LoginPage.UnknownAddress.WriteAsync(context);
            return;
        }

        var reply = await cluster.GetGrain<ILoginGrain>(clientId).Begin(new BeginLoginRequest
        {
            RedirectAddress = address,
            ResponseType = Text(query, "response_type"),
            ResponseMode = Text(query, "response_mode"),
            Challenge = Text(query, "code_challenge"),
            ChallengeMethod = Text(query, "code_challenge_method"),
            Scope = Text(query, "scope"),
            State = Text(query, "state"),
            Age = Text(query, "max_age"),
            HasRequestText = Text(query, "request") is not null,
            HasRequestAddress = Text(query, "request_uri") is not null,
        }).WaitAsync(options.Value.DecisionTimeout, time);
        if (reply.Ticket.Length > 0)
        {
            LoginCookie.Keep(context, clientId, reply.Ticket);
        }

        await AnswerAsync(context, reply);
    }

    private static async Task CallbackAsync(
        string tenant, string provider, HttpContext context, IssuerKeys keys, IClusterClient cluster,
        CredentialGuard guard, IOptions<EdgeOptions> options, TimeProvider time)
    {
        if (!await IsOfferedAsync(context, keys))
        {
            return;
        }

        var query = context.Request.Query;
        if (query.Any(parameter => parameter.Value.Count > 1)
            || Text(query, "state") is not { } state
            || LoginTicket.ClientIn(state) is not { } clientId
            || Text(query, "code")?.Length > CodeLengthMax)
        {
            await (LoginPage.Unreadable with { Refusal = CredentialRefusal.Malformed }).WriteAsync(context);
            return;
        }

        context.Call().Caller = new Caller(clientId, 0, []);
        if (guard.WaitOf(context, null) is { Ticks: > 0 } wait)
        {
            await LoginPage.HeldBack(wait).WriteAsync(context);
            return;
        }

        if (LoginCookie.Find(context, clientId) is not { Length: <= LoginTicket.LengthMax } ticket)
        {
            await LoginPage.UnknownLogin.WriteAsync(context);
            return;
        }

        var reply = await cluster.GetGrain<ILoginGrain>(clientId).Complete(new CompleteLoginRequest
        {
            Ticket = ticket,
            State = state,
            Tenant = tenant,
            Provider = provider,
            Code = Text(query, "code"),
            Issuer = Text(query, "iss"),
            Error = Text(query, "error"),
        }).WaitAsync(options.Value.DecisionTimeout, time);
        if (reply.Refusal is LoginRefusal.None)
        {
            LoginCookie.Forget(context, clientId); // It was good once.
        }

        await AnswerAsync(context, reply);
    }

    private static async Task<bool> IsOfferedAsync(HttpContext context, IssuerKeys keys)
    {
        if ((await keys.CurrentAsync()).Expectation is not null)
        {
            return true;
        }

        await ApiError.NoSuchUrl(context.Request).WriteAsync(context);
        return false;
    }

    private static Task AnswerAsync(HttpContext context, LoginReply reply)
    {
        if (reply.Refusal is not LoginRefusal.None)
        {
            return (reply.Refusal switch
            {
                LoginRefusal.UnknownClient => LoginPage.UnknownClient,
                LoginRefusal.UnknownAddress => LoginPage.UnknownAddress,
                _ => LoginPage.UnknownLogin,
            }).WriteAsync(context);
        }

        var isRefused = reply.Error == LoginErrors.NameOf(LoginError.AccessDenied);
        context.AnsweredWith(
            reply.Error.Length > 0 ? reply.Error : null, isRefused ? CredentialRefusal.BadToken : null);
        LoginPage.Protect(context.Response);
        context.Response.Redirect(reply.Address);
        return Task.CompletedTask;
    }

    /// <summary>Null when it is not there or empty, which is the same (RFC 6749, 3.1).</summary>
    private static string? Text(IQueryCollection query, string name) =>
        query.TryGetValue(name, out var values) && values is [{ Length: > 0 } value] ? value : null;
}
