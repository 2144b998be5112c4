using System.Data.Common;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Usage;

namespace Sluice.Silo.Storage.Usage;

/// <summary>What is asked for, of calls admitted from one moment to before another.</summary>
/// <param name="Tenant">Of one tenant; null for all. Not with a client.</param>
/// <param name="ClientId">Of one client; null for all.</param>
/// <param name="From">Calls admitted at this moment or later.</param>
/// <param name="To">And before this one.</param>
internal sealed record UsageSelection(string? Tenant, string? ClientId, DateTimeOffset From, DateTimeOffset To);

/// <summary>A client's calls of one model on one day of the calendar in UTC, added up.</summary>
internal sealed record UsageOfDay(
    string Tenant, string ClientId, string Model, DateOnly Day, long Calls, long EdgeLost, long Requests,
    long InputTokens, long OutputTokens, long Images, long Pages);

/// <summary>Reads the usage log for people and for bills: of each call, the event that counts.</summary>
internal sealed class UsageReport(IDatabase database)
{
    /// <summary>Most events of a page.</summary>
    public const int EventsMax = 1_000;

    private const long MicrosecondsPerDay = 86_400_000_000;
    private const string Any = "admitted_at >= $1 AND admitted_at < $2";
    private const string OfTenant = Any + " AND tenant = $3";
    private const string OfClient = Any + " AND client_id = $3";

    // Fixed texts, one for each way to select, so that each keeps its index.
    private static readonly string[] DaySql = [.. new[] { Any, OfTenant, OfClient }.Select(where => $"""
        SELECT tenant, client_id, model, admitted_at / {MicrosecondsPerDay}, count(*),
               CAST(sum(CASE WHEN outcome = {(int)UsageOutcome.EdgeLost} THEN 1 ELSE 0 END) AS bigint),
               CAST(sum(requests) AS bigint), CAST(sum(input_tokens) AS bigint), CAST(sum(output_tokens) AS bigint),
               CAST(sum(images) AS bigint), CAST(sum(pages) AS bigint)
        FROM usage_counted WHERE {where}
        GROUP BY tenant, client_id, model, admitted_at / {MicrosecondsPerDay}
        ORDER BY tenant, client_id, model, admitted_at / {MicrosecondsPerDay}
        """)];

    private static readonly string[] EventSql = [.. new[] { (Any, 3), (OfTenant, 4), (OfClient, 4) }.Select(one => $"""
        SELECT client_id, edge_session, sequence, epoch, tenant, plan, key_version, model, endpoint, admitted_at,
               ended_at, outcome, requests, input_tokens, output_tokens, images, pages
        FROM usage_counted WHERE {one.Item1}
          AND (admitted_at, edge_session, sequence) > (${one.Item2}, ${one.Item2 + 1}, ${one.Item2 + 2})
        ORDER BY admitted_at, edge_session, sequence LIMIT {EventsMax}
        """)];

    public Task<List<UsageOfDay>> DaysAsync(UsageSelection selection, CancellationToken cancellationToken) =>
        database.ReadAsync(
            new Statement(DaySql[TextOf(selection)], Values(selection)),
            row => new UsageOfDay(
                row.GetString(0), row.GetString(1), row.GetString(2),
                DateOnly.FromDayNumber((int)row.GetInt64(3) + DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber),
                row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7), row.GetInt64(8), row.GetInt64(9),
                row.GetInt64(10)),
            cancellationToken);

    /// <summary>The events after one, in the order of their admission.</summary>
    /// <param name="selection">Which.</param>
    /// <param name="after">The last event of the page before; null for the first page.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>At most <see cref="EventsMax"/>; fewer mean that this was the last page.</returns>
    public Task<List<UsageEvent>> EventsAsync(
        UsageSelection selection, UsageEvent? after, CancellationToken cancellationToken) => database.ReadAsync(
        new Statement(
            EventSql[TextOf(selection)],
            [
                .. Values(selection), after?.AdmittedAt.ToMicroseconds() ?? long.MinValue,
                after?.RequestId.EdgeSession ?? long.MinValue, after?.RequestId.Sequence ?? long.MinValue,
            ]),
        EventOf,
        cancellationToken);

    private static int TextOf(UsageSelection selection) =>
        selection.ClientId is not null ? 2 : selection.Tenant is not null ? 1 : 0;

    private static object[] Values(UsageSelection selection) =>
    [
        selection.From.ToMicroseconds(), selection.To.ToMicroseconds(),
        .. (selection.ClientId ?? selection.Tenant) is { } name ? [(object)name] : Array.Empty<object>(),
    ];

    private static UsageEvent EventOf(DbDataReader row) => new()
    {
        ClientId = row.GetString(0),
        RequestId = new RequestId(row.GetInt64(1), row.GetInt64(2)),
        Epoch = row.GetInt64(3),
        Tenant = row.GetString(4),
        Plan = row.GetString(5),
        KeyVersion = (int)row.GetInt64(6),
        Model = row.GetString(7),
        Endpoint = row.GetString(8),
        AdmittedAt = UsageTime.OfMicroseconds(row.GetInt64(9)),
        EndedAt = UsageTime.OfMicroseconds(row.GetInt64(10)),
        Outcome = (UsageOutcome)row.GetInt64(11),
        Requests = row.GetInt64(12),
        InputTokens = row.GetInt64(13),
        OutputTokens = row.GetInt64(14),
        Images = row.GetInt64(15),
        Pages = row.GetInt64(16),
    };
}
