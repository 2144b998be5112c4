namespace Sluice.Silo.Storage.Migrations;

internal static partial class Begin0001
{
    // Times of reminders are ticks of 100 ns since the year 1, in UTC, as the engine plans them.
    // Keys collate as bytes: their order is then the same on every server, and the same as SQLite's.
    public const string PostgreSql = """
        CREATE TABLE grain_state (
            grain_type  text COLLATE "C" NOT NULL,
            grain_key   text COLLATE "C" NOT NULL,
            state_name  text COLLATE "C" NOT NULL,
            version     bigint NOT NULL,
            payload     jsonb NOT NULL,
            modified_at timestamptz NOT NULL,
            PRIMARY KEY (grain_type, grain_key, state_name)
        );

        CREATE INDEX grain_state_client_of_tenant
            ON grain_state ((payload -> 'definition' ->> 'tenant'), grain_key)
            WHERE grain_type = 'client' AND state_name = 'client';

        CREATE TABLE client_ledger (
            client_id    text COLLATE "C" PRIMARY KEY,
            epoch        bigint NOT NULL,
            write_number bigint NOT NULL
        );

        CREATE TABLE client_quota (
            client_id text COLLATE "C" NOT NULL REFERENCES client_ledger,
            quota     text COLLATE "C" NOT NULL CHECK (length(quota) BETWEEN 1 AND 200),
            period    integer NOT NULL,
            reserved  bigint NOT NULL CHECK (reserved >= 0),
            PRIMARY KEY (client_id, quota, period)
        );

        CREATE TABLE reminder (
            grain_type     text COLLATE "C" NOT NULL,
            grain_key      text COLLATE "C" NOT NULL,
            name           text COLLATE "C" NOT NULL,
            first_due_at   bigint NOT NULL,
            due_at         bigint NOT NULL,
            claimed_due_at bigint NOT NULL,
            period         bigint NOT NULL CHECK (period > 0),
            version        bigint NOT NULL,
            PRIMARY KEY (grain_type, grain_key, name)
        );

        CREATE INDEX reminder_due ON reminder (due_at);
        """;
}
