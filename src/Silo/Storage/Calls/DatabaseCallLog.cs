using Sluice.Grains.Abstractions.Calls;
using Sluice.Grains.Calls;

namespace Sluice.Silo.Storage.Calls;

/// <summary>What of the call log is asked for.</summary>
/// <param name="ClientId">Of this client alone, empty for calls without one; null for all.</param>
/// <param name="From">From this moment on; microseconds since 1970.</param>
/// <param name="To">And before this one.</param>
internal readonly record struct CallSelection(string? ClientId, long From, long To);

/// <summary>What one edge told of one client at once.</summary>
/// <param name="First">When the first of the calls came; microseconds since 1970.</param>
/// <param name="EdgeSession">The edge's session.</param>
/// <param name="Number">The batch.</param>
/// <param name="ClientId">The client.</param>
/// <param name="Lines">The calls, a line of JSON each.</param>
internal sealed record CallPage(long First, long EdgeSession, long Number, string ClientId, string Lines)
{
    /// <summary>Before every page.</summary>
    public static readonly CallPage None = new(long.MinValue, 0, 0, "", "");
}

/// <summary>The call log in the database: what an edge told of one client at once is one row.</summary>
internal sealed class DatabaseCallLog(IDatabase database) : ICallLog
{
    /// <summary>Rows that are read, or forgotten, at once.</summary>
    public const int PageMost = 100;

    private const string InsertSql = """
        INSERT INTO call_log (edge_session, number, client_id, first_at, last_at, calls) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (edge_session, number, client_id) DO NOTHING
        """;

    private const string Columns = "SELECT first_at, edge_session, number, client_id, calls FROM call_log";

    // A call may have lasted longer than what is asked for: the row's last one ends the search, and not its first.
    private const string Within =
        "last_at >= $1 AND first_at < $2 AND (first_at, edge_session, number, client_id) > ($3, $4, $5, $6)";

    private static readonly string AllSql =
        $"{Columns} WHERE {Within} ORDER BY first_at, edge_session, number, client_id LIMIT {PageMost}";

    private static readonly string OfClientSql = $"""
        {Columns} WHERE {Within} AND client_id = $7
        ORDER BY first_at, edge_session, number, client_id LIMIT {PageMost}
        """;

    private static readonly string ForgetSql = $"""
        DELETE FROM call_log WHERE (edge_session, number, client_id) IN (
            SELECT edge_session, number, client_id FROM call_log WHERE last_at < $1 LIMIT {PageMost})
        RETURNING number
        """;

    private readonly string _sessionSql = $"""
        INSERT INTO call_log_session (edge_session, dropped, told_at)
        VALUES ($1, $2, {database.Dialect.NowMicroseconds})
        ON CONFLICT (edge_session) DO UPDATE SET dropped = excluded.dropped, told_at = excluded.told_at
        WHERE call_log_session.dropped < excluded.dropped
        """;

    public Task AppendAsync(CallBatch batch, CancellationToken cancellationToken) => database.WriteAsync(
        [
            .. from call in batch.Calls
               group call by call.ClientId into calls
               select new Statement(
                   InsertSql, batch.EdgeSession, batch.Number, calls.Key, calls.Min(call => call.At),
                   calls.Max(call => call.At),
                   string.Join('\n', calls.Select(call => CallLine.Of(batch, call).Write()))),
            new Statement(_sessionSql, batch.EdgeSession, batch.Dropped),
        ],
        static row => row.FieldCount,
        cancellationToken);

    /// <summary>In the order of the first call of each; fewer than <see cref="PageMost"/> is the last page.</summary>
    public Task<List<CallPage>> ReadAsync(
        CallSelection selection, CallPage after, CancellationToken cancellationToken)
    {
        object[] values = [selection.From, selection.To, after.First, after.EdgeSession, after.Number, after.ClientId];
        return database.ReadAsync(
            selection.ClientId is { } client
                ? new Statement(OfClientSql, [.. values, client])
                : new Statement(AllSql, values),
            row => new CallPage(
                row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3), row.GetString(4)),
            cancellationToken);
    }

    /// <summary>How many calls edges could not keep, whenever that was.</summary>
    public async Task<long> DroppedAsync(CancellationToken cancellationToken) => (await database.ReadAsync(
        new Statement("SELECT CAST(coalesce(sum(dropped), 0) AS bigint) FROM call_log_session"),
        row => row.GetInt64(0), cancellationToken))[0];

    /// <summary>Forgets some of what ended before a moment.</summary>
    /// <returns>How many rows; <see cref="PageMost"/> when there may be more.</returns>
    public async Task<int> ForgetAsync(long before, CancellationToken cancellationToken) =>
        (await database.WriteAsync(
            [new Statement(ForgetSql, before)], static row => row.GetInt64(0), cancellationToken)).Count;
}
