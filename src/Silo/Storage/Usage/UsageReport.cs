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

    /// <summary>
    /// Microseconds of the first stretch of time that a page is looked for in; each one after it is twice as long. So a
    /// page of a busy log does not sort the month that follows it.
    /// </summary>
    private const long FirstStretch = 1_000_000;

    // Fixed texts, one for each way to select, so that each keeps its index.
    private readonly string[] _daySql = [.. Selections(database.Dialect, "$3").Select(where => $"""
        SELECT tenant, client_id, model, admitted_at / {MicrosecondsPerDay}, count(*),
               CAST(sum(CASE WHEN outcome = {(int)UsageOutcome.EdgeLost} THEN 1 ELSE 0 END) AS bigint),
               CAST(sum(requests) AS bigint), CAST(sum(input_tokens) AS bigint), CAST(sum(output_tokens) AS bigint),
               CAST(sum(images) AS bigint), CAST(sum(pages) AS bigint)
        FROM usage_counted WHERE {where}
        GROUP BY tenant, client_id, model, admitted_at / {MicrosecondsPerDay}
        ORDER BY tenant, client_id, model, admitted_at / {MicrosecondsPerDay}
        """)];

    private readonly string[] _eventSql = [.. Selections(database.Dialect, "$6").Select(where => $"""
        SELECT client_id, edge_session, sequence, epoch, tenant, plan, key_version, model, endpoint, admitted_at,
               ended_at, outcome, requests, input_tokens, output_tokens, images, pages
        FROM usage_counted WHERE {where} AND (admitted_at, edge_session, sequence) > ($1, $3, $4)
        ORDER BY admitted_at, edge_session, sequence LIMIT $5
        """)];

    public Task<List<UsageOfDay>> DaysAsync(UsageSelection selection, CancellationToken cancellationToken) =>
        database.ReadAsync(
            new Statement(
                _daySql[TextOf(selection)],
                [selection.From.ToMicroseconds(), selection.To.ToMicroseconds(), .. NameOf(selection)]),
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
    public async Task<List<UsageEvent>> EventsAsync(
        UsageSelection selection, UsageEvent? after, CancellationToken cancellationToken)
    {
        var page = new List<UsageEvent>();
        var (from, session, sequence) = after is null
            ? (selection.From.ToMicroseconds(), long.MinValue, long.MinValue)
            : (after.AdmittedAt.ToMicroseconds(), after.RequestId.EdgeSession, after.RequestId.Sequence);
        var end = selection.To.ToMicroseconds();
        for (var stretch = FirstStretch; from < end && page.Count < EventsMax; stretch *= 2)
        {
            var to = Math.Min(end, from + stretch);
            page.AddRange(await database.ReadAsync(
                new Statement(
                    _eventSql[TextOf(selection)],
                    [from, to, session, sequence, (long)(EventsMax - page.Count), .. NameOf(selection)]),
                EventOf,
                cancellationToken));
            (from, session, sequence) = (to, long.MinValue, long.MinValue);
        }

        return page;
    }

    private static string[] Selections(SqlDialect dialect, string name) =>
    [
        UsageWhere.Admitted("$1", "$2"),
        $"{UsageWhere.Admitted("$1", "$2")} AND tenant = {name}",
        $"{UsageWhere.Admitted("$1", "$2")} AND {dialect.OfClient(name)}",
    ];

    private static int TextOf(UsageSelection selection) =>
        selection.ClientId is not null ? 2 : selection.Tenant is not null ? 1 : 0;

    private static object[] NameOf(UsageSelection selection) =>
        (selection.ClientId ?? selection.Tenant) is { } name ? [name] : [];

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
