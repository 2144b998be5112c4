namespace Sluice.Edge.Hosting;

/// <summary>
/// While the edge leaves, each answer says that its connection is not kept, so that clients open their next one
/// elsewhere, in their own time, and none is cut between two requests.
/// </summary>
internal sealed class LeavingMiddleware(RequestDelegate next, IHostApplicationLifetime lifetime)
{
    private readonly CancellationToken _leaving = lifetime.ApplicationStopping;

    public Task InvokeAsync(HttpContext context)
    {
        if (_leaving.IsCancellationRequested)
        {
            context.Response.Headers.Connection = "close";
        }

        return next(context);
    }
}
