using Sluice.Silo.Storage.Migrations;

namespace Sluice.Silo.Storage;

/// <summary>
/// What PostgreSQL and SQLite say differently. SQL stands where it is used; only these words are swapped.
/// </summary>
internal sealed record SqlDialect
{
    /// <summary>
    /// Any number that no other program uses for an advisory lock in this database: "sluice" in ASCII.
    /// </summary>
    private const long MigrationLock = 0x73_6c_75_69_63_65;

    public static SqlDialect PostgreSql { get; } = new()
    {
        Now = "now()",
        NowMicroseconds = "CAST(floor(extract(epoch FROM now()) * 1000000) AS bigint)",
        TimeType = "timestamptz",
        TenantOfClient = "(payload -> 'definition' ->> 'tenant')",
        HasDeliveries = "jsonb_array_length(coalesce(payload -> 'deliveries', '[]'::jsonb)) > 0",
        PayloadBefore = "CAST(",
        PayloadAfter = " AS jsonb)",
        AuditMonth = "greatest(month, audit_open(audit_month()))",
        ForgetAuditMonth = "SELECT audit_forget(CAST($1 AS integer))",
        SkipLocked = "FOR UPDATE SKIP LOCKED",
        LockRow = "FOR UPDATE",

        // The lock is that of a foreign key. Whoever declares the silo dead waits for the writes that have it, and a
        // write that waits for a declaration looks again after it: no write of a dead silo follows its death.
        Fence = silo => $"({silo} = 0 OR EXISTS (" +
            $"SELECT 1 FROM silo WHERE id = {silo} AND status <> 'dead' FOR KEY SHARE))",
        BeginMigration = $"BEGIN; SELECT pg_advisory_xact_lock({MigrationLock})",
        MigrationText = migration => migration.PostgreSql,
    };

    public static SqlDialect Sqlite { get; } = new()
    {
        TimeType = "TEXT",
        Now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
        NowMicroseconds = "(CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000)",
        TenantOfClient = "json_extract(payload, '$.definition.tenant')",
        HasDeliveries = "coalesce(json_array_length(payload, '$.deliveries'), 0) > 0",
        PayloadBefore = "json(",
        PayloadAfter = ")",
        AuditMonth = "max(month, CAST(strftime('%Y%m', 'now') AS INTEGER))",
        ForgetAuditMonth = "DELETE FROM audit_record WHERE month = $1",
        SkipLocked = "", // There is one writer: nothing is ever locked.
        LockRow = "",
        Fence = silo => $"({silo} >= 0)", // There is one silo: nobody declares it dead.
        BeginMigration = "BEGIN IMMEDIATE",
        MigrationText = migration => migration.Sqlite,
    };

    /// <summary>The database's own time, in UTC.</summary>
    public required string Now { get; init; }

    /// <summary>
    /// The same as a whole number of microseconds since 1970; of milliseconds on SQLite, which knows no less.
    /// </summary>
    public required string NowMicroseconds { get; init; }

    /// <summary>The type of a column that holds a time.</summary>
    public required string TimeType { get; init; }

    /// <summary>The tenant of a row that holds a client, as the index over it says.</summary>
    public required string TenantOfClient { get; init; }

    /// <summary>Whether a row that holds a client holds secrets that somebody is to fetch.</summary>
    public required string HasDeliveries { get; init; }

    /// <summary>
    /// The month of what is added to the audit trail now, such as 202611, in an update of its head; with room for it.
    /// </summary>
    public required string AuditMonth { get; init; }

    /// <summary>Takes the oldest month, <c>$1</c>, out of the audit trail; an error where that may not be.</summary>
    public required string ForgetAuditMonth { get; init; }

    /// <summary>Ends a SELECT that takes rows for itself, without waiting for those that another silo takes.</summary>
    public required string SkipLocked { get; init; }

    /// <summary>Ends a SELECT whose row must stay as it is until the end of the transaction.</summary>
    public required string LockRow { get; init; }

    /// <summary>
    /// A condition that makes a statement write nothing once the silo with that id was declared dead; always true for
    /// the id 0.
    /// </summary>
    public required Func<string, string> Fence { get; init; }

    /// <summary>Begins a transaction that at most one silo has at a time, on any machine.</summary>
    public required string BeginMigration { get; init; }

    /// <summary>Picks this database's text of a migration.</summary>
    public required Func<Migration, string> MigrationText { get; init; }

    private string PayloadBefore { get; init; } = "";

    private string PayloadAfter { get; init; } = "";

    /// <summary>A text value taken as JSON; text that is none is refused by the database.</summary>
    public string Payload(string value) => $"{PayloadBefore}{value}{PayloadAfter}";
}
