namespace Sluice.Silo.Storage.Migrations;

internal static partial class Membership0002
{
    // A heartbeat changes a row in place when its page has room: half of each page is left for that.
    public const string PostgreSql = """
        CREATE TABLE cluster (
            is_one  boolean PRIMARY KEY DEFAULT true CHECK (is_one),
            version bigint NOT NULL
        );

        INSERT INTO cluster (version) VALUES (0);

        CREATE TABLE silo (
            id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name         text NOT NULL,
            host         text COLLATE "C" NOT NULL,
            port         integer NOT NULL CHECK (port BETWEEN 1 AND 65535),
            status       text NOT NULL CHECK (status IN ('active', 'stopping', 'dead')),
            grain_types  text[] NOT NULL,
            protocol     integer NOT NULL,
            joined_at    timestamptz NOT NULL,
            heartbeat_at timestamptz NOT NULL,
            heartbeats   bigint NOT NULL,
            died_at      timestamptz,
            death        text,
            CHECK ((status = 'dead') = (died_at IS NOT NULL AND death IS NOT NULL))
        ) WITH (fillfactor = 50);

        CREATE UNIQUE INDEX silo_address ON silo (host, port) WHERE status <> 'dead';

        CREATE TABLE silo_suspicion (
            suspect_id bigint NOT NULL REFERENCES silo ON DELETE CASCADE,
            by_id      bigint NOT NULL REFERENCES silo ON DELETE CASCADE,
            at         timestamptz NOT NULL,
            PRIMARY KEY (suspect_id, by_id)
        );

        CREATE INDEX silo_suspicion_by ON silo_suspicion (by_id);
        """;
}
