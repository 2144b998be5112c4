using Microsoft.Extensions.Options;
using Sluice.Edge.Calls;
using Sluice.Edge.Logins;
using Sluice.Edge.Tokens;
using Sluice.Rules.Credentials;

namespace Sluice.Edge.Browsers;

/// <summary>
/// Lets browsers ask whether a page may call (Fetch standard, 3.3). That is answered before anybody is known: a page
/// gains nothing by it, because no credential of ours goes along by itself. Whether a page may call as the client whose
/// key it has, the client's grain says.
/// </summary>
internal sealed class BrowserMiddleware(RequestDelegate next, IOptions<EdgeOptions> options)
{
    private const int HeadersLengthMax = 2_048;
    private const string MemorySeconds = "600";

    private readonly bool _isOn = options.Value.Browsers;

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (!_isOn || headers.Origin.Count == 0)
        {
            return next(context);
        }

        // What is no origin that a tenant can name is none that it did.
        var origin = headers.Origin is [{ } one] && OriginList.IsOrigin(one) ? one : OriginList.Opaque;

        var path = context.Request.Path;
        var isToken = (path.StartsWithSegments(OAuthEndpoints.Root) && !LoginEndpoints.AreFor(path))
            || path.StartsWithSegments("/.well-known");
        if (!isToken && !path.StartsWithSegments("/v1"))
        {
            return next(context);
        }

        if (HttpMethods.IsOptions(context.Request.Method) && headers.AccessControlRequestMethod.Count == 1)
        {
            return AnswerAsync(context, origin);
        }

        if (isToken)
        {
            // Whoever has a code or a key may have its answer.
            BrowserHeaders.Allow(context.Response.Headers, origin);
        }
        else
        {
            context.Call().Origin = origin;
        }

        return next(context);
    }

    private static Task AnswerAsync(HttpContext context, string origin)
    {
        var (asked, answer) = (context.Request.Headers.AccessControlRequestHeaders, context.Response.Headers);
        BrowserHeaders.Allow(answer, origin);
        answer.AccessControlAllowMethods = "GET, POST";
        answer.AccessControlMaxAge = MemorySeconds;
        if (asked is [{ Length: > 0 and <= HeadersLengthMax } names])
        {
            answer.AccessControlAllowHeaders = names;
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
