namespace Sluice.Silo.Storage.Migrations;

internal static partial class Revocations0007
{
    // Times are microseconds since 1970. Whoever appends first counts the one row up, and holds its lock until the
    // commit: numbers have no gaps, and become visible in their order.
    public const string PostgreSql = """
        CREATE TABLE revocation (
            sequence   bigint NOT NULL PRIMARY KEY,
            kind       bigint NOT NULL CHECK (kind > 0),
            subject    text COLLATE "C" NOT NULL,
            number     bigint NOT NULL CHECK (number >= 0),
            revoked_at bigint NOT NULL,
            ends_at    bigint NOT NULL
        );

        CREATE INDEX revocation_end ON revocation (ends_at);

        CREATE TABLE revocation_feed (
            id      bigint NOT NULL PRIMARY KEY CHECK (id = 1),
            last    bigint NOT NULL,
            trimmed bigint NOT NULL CHECK (trimmed BETWEEN 0 AND last)
        );

        INSERT INTO revocation_feed (id, last, trimmed) VALUES (1, 0, 0);
        """;
}
