using System.ComponentModel;
using System.Globalization;
using Sluice.Grains.Abstractions.Usage;
using Sluice.Silo.Storage.Usage;

namespace Sluice.Silo.Admin;

internal sealed record UsageSumDocument(
    string Tenant,
    string Client,
    [property: Description("Empty for what lost edges held of which nobody knew the model.")] string Model,
    [property: Description("A day (2026-11-21) or a month (2026-11) of the calendar in UTC.")] string Period,
    [property: Description("Calls that were logged, those that failed before a pool saw them too.")] long Calls,
    [property: Description("Of those, calls charged as reserved because their edge was lost.")] long EdgeLost,
    [property: Description("Calls that are charged.")] long Requests,
    long InputTokens,
    long OutputTokens,
    long Images,
    long Pages)
{
    /// <summary>Days added up to what is asked for, in the order of tenant, client, model and period.</summary>
    public static IReadOnlyList<UsageSumDocument> Of(IReadOnlyList<UsageOfDay> days, string format) =>
    [
        .. from day in days
           group day by (day.Tenant, day.ClientId, day.Model,
               Period: day.Day.ToString(format, CultureInfo.InvariantCulture)) into sum
           select new UsageSumDocument(
               sum.Key.Tenant, sum.Key.ClientId, sum.Key.Model, sum.Key.Period,
               sum.Sum(day => day.Calls), sum.Sum(day => day.EdgeLost), sum.Sum(day => day.Requests),
               sum.Sum(day => day.InputTokens), sum.Sum(day => day.OutputTokens), sum.Sum(day => day.Images),
               sum.Sum(day => day.Pages)),
    ];
}

internal sealed record UsageEventDocument(
    string RequestId,
    string Client,
    string Tenant,
    string Plan,
    int KeyVersion,
    string Model,
    string Endpoint,
    DateTimeOffset AdmittedAt,
    DateTimeOffset EndedAt,
    [property: Description("used, failed-before-dispatch, unknown-after-dispatch or edge-lost.")] string Outcome,
    long Requests,
    long InputTokens,
    long OutputTokens,
    long Images,
    long Pages)
{
    public static UsageEventDocument Of(UsageEvent one) => new(
        IdOf(one), one.ClientId, one.Tenant, one.Plan, one.KeyVersion, one.Model, one.Endpoint, one.AdmittedAt,
        one.EndedAt, TextOf(one.Outcome), one.Requests, one.InputTokens, one.OutputTokens, one.Images, one.Pages);

    /// <summary>A call as its client knows it; a chunk has a number of its edge's session too.</summary>
    private static string IdOf(UsageEvent one) => one.RequestId.Sequence > 0
        ? string.Create(null, $"req_{one.RequestId.EdgeSession:x}_{one.RequestId.Sequence:x}")
        : string.Create(null, $"chunk_{one.RequestId.EdgeSession:x}_{-one.RequestId.Sequence:x}");

    private static string TextOf(UsageOutcome outcome) => outcome switch
    {
        UsageOutcome.Used => "used",
        UsageOutcome.FailedBeforeDispatch => "failed-before-dispatch",
        UsageOutcome.UnknownAfterDispatch => "unknown-after-dispatch",
        UsageOutcome.Stopped => "stopped",
        _ => "edge-lost",
    };
}

internal sealed record ReconciledQuotaDocument(
    string Name,
    [property: Description("What it counted at the moment compared.")] long Counted,
    [property: Description("What the usage log shows for that moment.")] long Logged,
    [property: Description("By how much the count was changed; below 0 where it was lowered.")] long Changed);

internal sealed record ReconcileDocument(
    [property: Description("done: the log is whole, and the counts are what it says. incomplete: the log may not be " +
        "whole, and no count was lowered. waiting: edges have not told yet; ask again.")]
    string State,
    [property: Description("Edge sessions that have not told.")] IReadOnlyList<long> Awaiting,
    IReadOnlyList<ReconciledQuotaDocument> Quotas)
{
    public static ReconcileDocument Of(ReconcileReply reply) => new(
        reply.State switch
        {
            ReconcileState.Done => "done",
            ReconcileState.Incomplete => "incomplete",
            _ => "waiting",
        },
        reply.Awaiting,
        [.. reply.Quotas.Select(one => new ReconciledQuotaDocument(one.Name, one.Counted, one.Logged, one.Changed))]);
}
