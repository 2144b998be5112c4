namespace Sluice.Silo.Storage.Migrations;

internal static partial class Durable0003
{
    // Times are microseconds since 1970 by the database's clock; periods are ticks of 100 ns.
    public const string PostgreSql = """
        ALTER TABLE client_ledger ADD COLUMN written_at bigint NOT NULL DEFAULT 0;

        CREATE TABLE client_rate (
            client_id text COLLATE "C" NOT NULL REFERENCES client_ledger,
            rate      text COLLATE "C" NOT NULL CHECK (length(rate) BETWEEN 1 AND 200),
            capacity  bigint NOT NULL CHECK (capacity > 0),
            refill    bigint NOT NULL CHECK (refill > 0),
            period    bigint NOT NULL CHECK (period > 0),
            missing   bigint NOT NULL CHECK (missing >= 0),
            ahead     bigint NOT NULL CHECK (ahead >= 0),
            held      bigint NOT NULL CHECK (held >= 0),
            stored_at bigint NOT NULL,
            PRIMARY KEY (client_id, rate)
        ) WITH (fillfactor = 50);

        CREATE TABLE client_slots (
            client_id    text COLLATE "C" NOT NULL REFERENCES client_ledger,
            edge_session bigint NOT NULL CHECK (edge_session > 0),
            highest      integer NOT NULL CHECK (highest > 0),
            PRIMARY KEY (client_id, edge_session)
        );
        """;
}
