namespace Sluice.Silo.Storage.Migrations;

internal static partial class Durable0003
{
    // Times are microseconds since 1970 by the database's clock; periods are ticks of 100 ns.
    public const string Sqlite = """
        ALTER TABLE client_ledger ADD COLUMN written_at INTEGER NOT NULL DEFAULT 0;

        CREATE TABLE client_rate (
            client_id TEXT NOT NULL REFERENCES client_ledger,
            rate      TEXT NOT NULL CHECK (length(rate) BETWEEN 1 AND 200),
            capacity  INTEGER NOT NULL CHECK (capacity > 0),
            refill    INTEGER NOT NULL CHECK (refill > 0),
            period    INTEGER NOT NULL CHECK (period > 0),
            missing   INTEGER NOT NULL CHECK (missing >= 0),
            ahead     INTEGER NOT NULL CHECK (ahead >= 0),
            held      INTEGER NOT NULL CHECK (held >= 0),
            stored_at INTEGER NOT NULL,
            PRIMARY KEY (client_id, rate)
        ) WITHOUT ROWID;

        CREATE TABLE client_slots (
            client_id    TEXT NOT NULL REFERENCES client_ledger,
            edge_session INTEGER NOT NULL CHECK (edge_session > 0),
            highest      INTEGER NOT NULL CHECK (highest > 0),
            PRIMARY KEY (client_id, edge_session)
        ) WITHOUT ROWID;
        """;
}
