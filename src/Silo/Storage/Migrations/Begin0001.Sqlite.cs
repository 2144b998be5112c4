namespace Sluice.Silo.Storage.Migrations;

internal static partial class Begin0001
{
    // Times of reminders are ticks of 100 ns since the year 1, in UTC, as the engine plans them.
    public const string Sqlite = """
        CREATE TABLE grain_state (
            grain_type  TEXT NOT NULL,
            grain_key   TEXT NOT NULL,
            state_name  TEXT NOT NULL,
            version     INTEGER NOT NULL,
            payload     TEXT NOT NULL CHECK (json_valid(payload)),
            modified_at TEXT NOT NULL,
            PRIMARY KEY (grain_type, grain_key, state_name)
        ) WITHOUT ROWID;

        CREATE INDEX grain_state_client_of_tenant
            ON grain_state (json_extract(payload, '$.definition.tenant'), grain_key)
            WHERE grain_type = 'client' AND state_name = 'client';

        CREATE TABLE client_ledger (
            client_id    TEXT NOT NULL PRIMARY KEY,
            epoch        INTEGER NOT NULL,
            write_number INTEGER NOT NULL
        ) WITHOUT ROWID;

        CREATE TABLE client_quota (
            client_id TEXT NOT NULL REFERENCES client_ledger,
            quota     TEXT NOT NULL CHECK (length(quota) BETWEEN 1 AND 200),
            period    INTEGER NOT NULL,
            reserved  INTEGER NOT NULL CHECK (reserved >= 0),
            PRIMARY KEY (client_id, quota, period)
        ) WITHOUT ROWID;

        CREATE TABLE reminder (
            grain_type     TEXT NOT NULL,
            grain_key      TEXT NOT NULL,
            name           TEXT NOT NULL,
            first_due_at   INTEGER NOT NULL,
            due_at         INTEGER NOT NULL,
            claimed_due_at INTEGER NOT NULL,
            period         INTEGER NOT NULL CHECK (period > 0),
            version        INTEGER NOT NULL,
            PRIMARY KEY (grain_type, grain_key, name)
        ) WITHOUT ROWID;

        CREATE INDEX reminder_due ON reminder (due_at);
        """;
}
