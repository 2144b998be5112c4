using System.Globalization;
using Sluice.Edge.Calls;
using Sluice.Edge.Tokens;
using Sluice.Rules.Credentials;

namespace Sluice.Edge.Logins;

/// <summary>
/// What a person is told here, when there is nowhere that they may be sent. Nothing of the request is in it, and a
/// browser runs, loads and frames nothing.
/// </summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">What the call log tells it by.</param>
/// <param name="Text">What happened and what to do, in one or two sentences of plain text.</param>
internal sealed record LoginPage(int Status, string Code, string Text)
{
    /// <summary>What was wrong with what the browser brought, which is counted; null when that was not why.</summary>
    public CredentialRefusal? Refusal { get; init; }

    /// <summary>When to try again; null when waiting does not help.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static readonly LoginPage UnknownClient = new(
        400, "unknown_client",
        "The program that sent you here is not known, or nobody signs in as it. Tell whoever runs it.");

    public static readonly LoginPage UnknownAddress = new(
        400, "unknown_redirect_uri",
        "The program that sent you here wants you back at an address that is not registered for it. Tell whoever runs "
        + "it, and do not go on if you do not know how you came here.");

    public static readonly LoginPage Unreadable = new(
        400, "invalid_request", "The address that brought you here is not complete, or says something twice.");

    public static readonly LoginPage UnknownLogin = new(
        400, "unknown_login",
        "This sign-in was begun in another browser, is over, or was begun again in another window. Go back to the "
        + "program, and sign in again.")
    {
        Refusal = CredentialRefusal.BadToken,
    };

    public static LoginPage HeldBack(TimeSpan wait) => new(
        429, "held_back", "Too much that was wrong came from your network. Please try again later.")
    {
        Refusal = CredentialRefusal.HeldBack, RetryAfter = wait,
    };

    public Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        context.AnsweredWith(Code, Refusal);
        Protect(response);
        response.StatusCode = Status;
        response.ContentType = "text/html; charset=utf-8";
        if (RetryAfter is { } wait)
        {
            response.Headers.RetryAfter =
                Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        return response.WriteAsync(
            $"<!doctype html><html lang=\"en\"><title>Sign-in</title><h1>You are not signed in</h1><p>{Text}</p>",
            context.RequestAborted);
    }

    /// <summary>Neither kept, nor told to where the browser goes next, nor shown inside of another page.</summary>
    public static void Protect(HttpResponse response)
    {
        OAuthAnswer.NoStore(response);
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.XFrameOptions = "DENY";
        response.Headers.ContentSecurityPolicy =
            "default-src 'none'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'";
    }
}
