using Microsoft.AspNetCore.Http;

namespace Sluice.Telemetry.Health;

/// <summary>Writes the answers to an orchestrator's probes.</summary>
internal static class HealthEndpoints
{
    /// <summary>
    /// Asks nothing: a process that can answer is alive. Were the database asked too, its loss would make the
    /// orchestrator restart every replica at once.
    /// </summary>
    public static Task WriteLiveAsync(HttpContext context) =>
        WriteAsync(context, StatusCodes.Status200OK, new HealthAnswer("live", []));

    public static async Task WriteReadyAsync(HttpContext context, Readiness readiness)
    {
        var problems = await readiness.ProblemsAsync(context.RequestAborted);
        var (status, word) = problems.Count == 0
            ? (StatusCodes.Status200OK, "ready")
            : (StatusCodes.Status503ServiceUnavailable, "not ready");
        await WriteAsync(context, status, new HealthAnswer(word, problems));
    }

    private static Task WriteAsync(HttpContext context, int status, HealthAnswer answer)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(answer, context.RequestAborted);
    }

    private sealed record HealthAnswer(string Status, IReadOnlyList<ReadinessProblem> Problems);
}
