using System.Data.Common;
using System.Globalization;
using Sluice.Actors.Hosting;
using Sluice.Silo.Storage.Membership;

namespace Sluice.Silo.Storage.Reminders;

/// <summary>The reminders of all grains. A silo that was declared dead plans none and takes none.</summary>
internal sealed class DatabaseReminderTable(IDatabase database, SiloFence fence) : IReminderTable
{
    private const string Columns = "grain_type, grain_key, name, first_due_at, due_at, period, version";

    private readonly string _upsertSql = $"""
        INSERT INTO reminder (grain_type, grain_key, name, first_due_at, due_at, claimed_due_at, period, version)
        SELECT $1, $2, $3, $4, $5, $5, $6, 1 WHERE {database.Dialect.Fence("$7")}
        ON CONFLICT (grain_type, grain_key, name) DO UPDATE SET
            first_due_at = excluded.first_due_at, due_at = excluded.due_at,
            claimed_due_at = excluded.claimed_due_at, period = excluded.period, version = reminder.version + 1
        RETURNING version
        """;

    private readonly string _deleteSql = $"""
        DELETE FROM reminder
        WHERE grain_type = $1 AND grain_key = $2 AND name = $3 AND {database.Dialect.Fence("$4")}
        RETURNING version
        """;

    private const string ReadSql = $"""
        SELECT {Columns} FROM reminder WHERE grain_type = $1 AND grain_key = $2 AND name = $3
        """;

    private const string ReadAllSql = $"""
        SELECT {Columns} FROM reminder WHERE grain_type = $1 AND grain_key = $2 ORDER BY name
        """;

    // ReminderRow.Advance, done where the rows are locked; a test holds the two together. Rows that another silo is
    // claiming are passed over instead of waited for. RETURNING sees the row as it is after the update, so what it was
    // due at is kept in a column.
    private readonly string _claimSql = $"""
        WITH due AS MATERIALIZED (
            SELECT grain_type, grain_key, name FROM reminder
            WHERE due_at <= $1 AND {database.Dialect.Fence("$3")}
            ORDER BY due_at, grain_type, grain_key, name LIMIT $2 {database.Dialect.SkipLocked}
        )
        UPDATE reminder SET
            claimed_due_at = due_at, due_at = due_at + (($1 - due_at) / period + 1) * period, version = version + 1
        FROM due
        WHERE reminder.grain_type = due.grain_type AND reminder.grain_key = due.grain_key AND reminder.name = due.name
        RETURNING reminder.grain_type, reminder.grain_key, reminder.name, first_due_at, claimed_due_at, period,
                  version - 1
        """;

    public async Task<string> UpsertAsync(ReminderRow row, CancellationToken cancellationToken)
    {
        object[] values = [.. KeyOf(row.Grain), row.Name, row.FirstDue.Ticks, row.Due.Ticks, row.Period.Ticks];
        var versions = await database.WriteAsync(
            [new Statement(_upsertSql, [.. values, fence.SiloId])], stored => stored.GetInt64(0), cancellationToken);
        if (versions.Count == 0)
        {
            await fence.ThrowIfDeadAsync($"Reminder '{row.Name}' of {row.Grain}", cancellationToken);
        }

        return Text(versions[0]);
    }

    public async Task<bool> DeleteAsync(GrainId grain, string name, CancellationToken cancellationToken)
    {
        var versions = await database.WriteAsync(
            [new Statement(_deleteSql, [.. KeyOf(grain), name, fence.SiloId])],
            stored => stored.GetInt64(0),
            cancellationToken);
        if (versions.Count == 0)
        {
            await fence.ThrowIfDeadAsync($"Reminder '{name}' of {grain}", cancellationToken);
        }

        return versions.Count == 1;
    }

    public async Task<ReminderRow?> ReadAsync(GrainId grain, string name, CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            new Statement(ReadSql, [.. KeyOf(grain), name]), RowOf, cancellationToken)).SingleOrDefault();

    public async Task<IReadOnlyList<ReminderRow>> ReadAllAsync(GrainId grain, CancellationToken cancellationToken) =>
        await database.ReadAsync(new Statement(ReadAllSql, KeyOf(grain)), RowOf, cancellationToken);

    public async Task<IReadOnlyList<ReminderRow>> ClaimDueAsync(
        DateTime now, int most, CancellationToken cancellationToken)
    {
        var rows = await database.WriteAsync(
            [new Statement(_claimSql, now.Ticks, most, fence.SiloId)], RowOf, cancellationToken);
        return [.. rows.OrderBy(row => row.Due)]; // RETURNING promises no order.
    }

    private static object[] KeyOf(GrainId grain) => [grain.Type.ToString(), grain.Key.ToString()];

    private static ReminderRow RowOf(DbDataReader row) => new(
        GrainId.Create(row.GetString(0), row.GetString(1)),
        row.GetString(2),
        new DateTime(row.GetInt64(3), DateTimeKind.Utc),
        new DateTime(row.GetInt64(4), DateTimeKind.Utc),
        new TimeSpan(row.GetInt64(5)),
        Text(row.GetInt64(6)));

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);
}
