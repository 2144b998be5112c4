namespace Sluice.Edge.Errors;

/// <summary>What routing refuses is answered in our dialect, not with an empty body.</summary>
internal sealed class UnknownUrlMiddleware(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint is null)
        {
            await ApiError.NoSuchUrl(context.Request).WriteAsync(context);
        }
        else if (endpoint is not RouteEndpoint)
        {
            // Routing puts a nameless endpoint here that would answer 405 without a body.
            await ApiError.WrongMethod(context.Request).WriteAsync(context);
        }
        else
        {
            await next(context);
        }
    }
}
