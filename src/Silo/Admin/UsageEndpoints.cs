using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Grains.Abstractions.Usage;
using Sluice.Rules;
using Sluice.Rules.Policies;
using Sluice.Silo.Storage.Usage;

namespace Sluice.Silo.Admin;

/// <summary>What was used, as the usage log has it: added up, call by call, and against what quotas count.</summary>
internal static class UsageEndpoints
{
    private static readonly TimeSpan RangeMax = TimeSpan.FromDays(400);

    /// <summary>How long an answer waits for edges to tell; after that it says that they have not.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan AskPeriod = TimeSpan.FromMilliseconds(250);

    public static void MapUsage(this IEndpointRouteBuilder admin)
    {
        var usage = admin.MapGroup("").WithTags("Usage");
        usage.MapGet("/usage", SumAsync).WithSummary("What was used, by client, model and month or day.");
        usage.MapGet("/usage/events", ExportAsync)
            .WithSummary("Every call that was logged, one JSON object a line, in the order of admission.");
        usage.MapPost("/clients/{id}/usage/reconcile", ReconcileAsync)
            .WithSummary("Compare what the client's quotas count with the usage log, and correct it.");
    }

    private static async Task<Results<Ok<Page<UsageSumDocument>>, ProblemHttpResult>> SumAsync(
        HttpContext context, IClusterClient cluster, UsageReport report, TimeProvider time,
        CancellationToken cancellationToken, string? tenant = null, string? client = null,
        DateTimeOffset? from = null, DateTimeOffset? to = null, string by = "month")
    {
        var mistakes = new List<string>();
        if (await RefusalOfAsync(context, cluster, tenant, client) is { } refusal)
        {
            return refusal;
        }

        var within = client is null ? context.Administrator().TenantOf(Permissions.UsageRead) ?? tenant : tenant;
        var selection = Selection(within, client, from, to, time.GetUtcNow(), mistakes);
        if (by is not ("month" or "day"))
        {
            mistakes.Add($"by: '{by}' is neither month nor day.");
        }

        if (mistakes.Count > 0)
        {
            return AdminResults.Invalid(mistakes);
        }

        var days = await report.DaysAsync(selection, cancellationToken);
        return TypedResults.Ok(
            new Page<UsageSumDocument>(UsageSumDocument.Of(days, by == "day" ? "yyyy-MM-dd" : "yyyy-MM"), null));
    }

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> ExportAsync(
        HttpContext context, IClusterClient cluster, UsageReport report, TimeProvider time,
        CancellationToken cancellationToken, string? tenant = null, string? client = null,
        DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var mistakes = new List<string>();
        if (await RefusalOfAsync(context, cluster, tenant, client) is { } refusal)
        {
            return refusal;
        }

        var within = client is null ? context.Administrator().TenantOf(Permissions.UsageRead) ?? tenant : tenant;
        var selection = Selection(within, client, from, to, time.GetUtcNow(), mistakes);
        if (mistakes.Count > 0)
        {
            return AdminResults.Invalid(mistakes);
        }

        // The first page before the answer begins, so that a database that is away is an error and not half an answer.
        var page = await report.EventsAsync(selection, after: null, cancellationToken);
        return TypedResults.Stream(
            stream => WriteAsync(stream, report, selection, page, cancellationToken), "application/x-ndjson");
    }

    private static async Task WriteAsync(
        Stream stream, UsageReport report, UsageSelection selection, List<UsageEvent> page,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            foreach (var one in page)
            {
                await JsonSerializer.SerializeAsync(
                    stream, UsageEventDocument.Of(one), JsonSerializerOptions.Web, cancellationToken);
                await stream.WriteAsync("\n"u8.ToArray(), cancellationToken);
            }

            if (page.Count < UsageReport.EventsMax)
            {
                return;
            }

            page = await report.EventsAsync(selection, page[^1], cancellationToken);
        }
    }

    private static async Task<Results<Ok<ReconcileDocument>, Accepted<ReconcileDocument>, ProblemHttpResult>>
        ReconcileAsync(string id, IClusterClient cluster, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!Names.IsClientId(id)
            || await cluster.GetGrain<IClientUsage>(id).Reconcile(long.MaxValue) is not { } reply)
        {
            return AdminResults.NotFound($"client '{id}'");
        }

        var (grain, after, started) = (cluster.GetGrain<IClientUsage>(id), reply.Number, time.GetTimestamp());
        while (reply.State is ReconcileState.Waiting && time.GetElapsedTime(started) < Patience)
        {
            await Task.Delay(AskPeriod, time, cancellationToken);
            reply = await grain.Reconcile(after) ?? reply;
        }

        var document = ReconcileDocument.Of(reply);
        return reply.State is ReconcileState.Waiting
            ? TypedResults.Accepted((string?)null, document)
            : TypedResults.Ok(document);
    }

    private static async Task<ProblemHttpResult?> RefusalOfAsync(
        HttpContext context, IClusterClient cluster, string? tenant, string? client) =>
        tenant is not null && !context.Administrator().Reaches(Permissions.UsageRead, tenant)
            ? AdminResults.NotFound($"tenant '{tenant}'")
        : client is not null && !await context.ReachesClientAsync(Permissions.UsageRead, client, cluster)
            ? AdminResults.NotFound($"client '{client}'")
        : null;

    /// <summary>Left out, it is this month up to now.</summary>
    private static UsageSelection Selection(
        string? tenant, string? client, DateTimeOffset? from, DateTimeOffset? to, DateTimeOffset now,
        List<string> mistakes)
    {
        var end = to ?? now.AddDays(1);
        var begin = from ?? new DateTimeOffset(now.UtcDateTime.Year, now.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);
        if (tenant is not null && client is not null)
        {
            mistakes.Add("tenant: say tenant or client, not both.");
        }

        if (client is not null && !Names.IsClientId(client))
        {
            mistakes.Add($"client: '{client}' is no client's id.");
        }

        if (begin >= end || end - begin > RangeMax)
        {
            mistakes.Add($"from: must be before to, and at most {RangeMax.TotalDays} days before it.");
        }

        return new UsageSelection(tenant, client, begin, end);
    }
}
