using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Rules;
using Sluice.Silo.Storage.Calls;

namespace Sluice.Silo.Admin;

/// <summary>The call log: every request that came, accepted or refused.</summary>
internal static class CallEndpoints
{
    private const int LimitDefault = 1_000;
    private const int LimitMax = 100_000;

    /// <summary>How many calls edges could not keep since there is a log; then it is not whole.</summary>
    private const string DroppedHeader = "x-sluice-calls-dropped";

    private static readonly TimeSpan RangeMax = TimeSpan.FromDays(31);

    public static void MapCalls(this IEndpointRouteBuilder admin) => admin.MapGet("/calls", ExportAsync)
        .WithTags("Calls")
        .WithSummary("Every request to an edge, one JSON object a line, in the order in which edges told them.")
        .Produces(StatusCodes.Status200OK, contentType: "application/x-ndjson");

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> ExportAsync(
        DatabaseCallLog log, TimeProvider time, HttpContext context, CancellationToken cancellationToken,
        string? client = null, DateTimeOffset? from = null, DateTimeOffset? to = null, int? status = null,
        int limit = LimitDefault)
    {
        var end = to ?? time.GetUtcNow().AddMinutes(1);
        var begin = from ?? end.AddHours(-1);
        var mistakes = new List<string>();
        if (client is { Length: > 0 } && !Names.IsClientId(client))
        {
            mistakes.Add($"client: '{client}' is no client's id; empty is for calls that named none.");
        }

        if (begin >= end || end - begin > RangeMax || begin < DateTimeOffset.UnixEpoch)
        {
            mistakes.Add($"from: must be before to, and at most {RangeMax.TotalDays} days before it.");
        }

        if (status is < 100 or > 599)
        {
            mistakes.Add("status: must be a status of HTTP, 100 to 599.");
        }

        if (limit is < 1 or > LimitMax)
        {
            mistakes.Add($"limit: must be 1 to {LimitMax}.");
        }

        if (mistakes.Count > 0)
        {
            return AdminResults.Invalid(mistakes);
        }

        // The first page before the answer begins, so that a database that is away is an error and not half an answer.
        var selection = new CallSelection(client, MicrosecondsOf(begin), MicrosecondsOf(end));
        var page = await log.ReadAsync(selection, CallPage.None, cancellationToken);
        context.Response.Headers[DroppedHeader] =
            (await log.DroppedAsync(cancellationToken)).ToString(CultureInfo.InvariantCulture);
        return TypedResults.Stream(
            async stream =>
            {
                await foreach (var line in LinesAsync(log, selection, page, status, cancellationToken)
                    .Take(limit).WithCancellation(cancellationToken))
                {
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), cancellationToken);
                }
            },
            "application/x-ndjson");
    }

    private static async IAsyncEnumerable<string> LinesAsync(
        DatabaseCallLog log, CallSelection selection, List<CallPage> page, int? status,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            foreach (var line in page.SelectMany(row => row.Lines.Split('\n')))
            {
                var call = CallLine.Read(line)
                    ?? throw new InvalidOperationException("The call log has a line that is not one of this version.");
                var at = MicrosecondsOf(new DateTimeOffset(call.At, TimeSpan.Zero));
                if (at >= selection.From && at < selection.To && (status is null || call.Status == status))
                {
                    yield return line;
                }
            }

            if (page.Count < DatabaseCallLog.PageMost)
            {
                yield break;
            }

            page = await log.ReadAsync(selection, page[^1], cancellationToken);
        }
    }

    private static long MicrosecondsOf(DateTimeOffset moment) =>
        (moment - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
