using System.ComponentModel;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Sluice.Silo.Introspection;

namespace Sluice.Silo.Admin;

/// <summary>The running cluster: silos, grains in memory, one grain's state. Nothing here changes anything.</summary>
internal static partial class ClusterEndpoints
{
    private const int KeyLengthMax = 1024;

    public static void MapCluster(this IEndpointRouteBuilder admin)
    {
        var cluster = admin.MapGroup("").WithTags("Cluster");
        cluster.MapGet("/cluster", ReportAsync).WithSummary("Silos, the view they share, and what they do now.");
        cluster.MapGet("/cluster/grains", ListAsync).WithSummary("Grains in memory, longest queues first.");
        cluster.MapGet("/grains/{type}/{**key}", LookAsync)
            .WithSummary("One grain and its live state, without activating it. Slashes in the key are written %2F.");
    }

    private static async Task<Ok<ClusterReport>> ReportAsync(
        HttpContext context, [FromServices] IClusterIntrospection cluster, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(await cluster.ReportAsync(cancellationToken));
    }

    private static async Task<Results<Ok<GrainList>, ProblemHttpResult>> ListAsync(
        HttpContext context,
        [FromServices] IClusterIntrospection cluster,
        CancellationToken cancellationToken,
        [Description("Only grains of that type.")] string? type = null,
        [Description("Only grains for which at least so many requests wait.")] int queue = 0,
        [Description("The most to list, 1 to 1000.")] int limit = GrainQuery.MostDefault)
    {
        var mistakes = new List<string>();
        if (queue < 0)
        {
            mistakes.Add($"queue: {queue} is below 0.");
        }

        if (limit is < 1 or > GrainQuery.MostMax)
        {
            mistakes.Add($"limit: {limit} is not between 1 and {GrainQuery.MostMax}.");
        }

        if (mistakes.Count > 0)
        {
            return AdminResults.Invalid(mistakes);
        }

        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(await cluster.ListAsync(new GrainQuery(type, queue, limit), cancellationToken));
    }

    private static async Task<Results<Ok<GrainReport>, ProblemHttpResult>> LookAsync(
        HttpContext context,
        [FromServices] IClusterIntrospection cluster,
        ILoggerFactory logging,
        string type,
        string key,
        CancellationToken cancellationToken)
    {
        if (KeyIn(context) is not { } written || string.IsNullOrWhiteSpace(written) || written.Length > KeyLengthMax)
        {
            return AdminResults.Invalid(
                [$"key: '{key}' is not 1 to {KeyLengthMax} characters behind {AdminApi.Path}/grains/{{type}}/."]);
        }

        var who = context.Administrator();
        LogLooked(logging.CreateLogger(typeof(ClusterEndpoints)), who.Actor, who.Grants.Names, type, written);
        context.Response.Headers.CacheControl = "no-store";
        return await cluster.LookAsync(type, written, cancellationToken) is { } grain
            ? TypedResults.Ok(grain)
            : AdminResults.NotFound($"grain type '{type}'");
    }

    /// <summary>
    /// The key as it was written, unescaped. Routing leaves %2F as it is, so that it looks like %252F: only the request
    /// line tells them apart. Null when that is not of the usual form.
    /// </summary>
    private static string? KeyIn(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = target.Split('?')[0].Split('/', 6);
        return path is ["", "admin", "v1", "grains", _, var key] ? Uri.UnescapeDataString(key) : null;
    }

    [LoggerMessage(3003, LogLevel.Information,
        "{Actor}, role {Role}, looks at grain {GrainType}/{GrainKey}.")]
    private static partial void LogLooked(
        ILogger logger, string actor, string role, string grainType, string grainKey);
}
