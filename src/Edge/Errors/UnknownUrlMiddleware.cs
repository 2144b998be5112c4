namespace Sluice.Edge.Errors;

/// <summary>What routing refuses is answered in our dialect, not with an empty body.</summary>
internal sealed class UnknownUrlMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) => context.GetEndpoint() switch
    {
        RouteEndpoint => next(context),
        null => ApiError.NoSuchUrl(context.Request).WriteAsync(context),

        // Routing puts a nameless endpoint here that would answer 405 without a body.
        _ => ApiError.WrongMethod(context.Request).WriteAsync(context),
    };
}
