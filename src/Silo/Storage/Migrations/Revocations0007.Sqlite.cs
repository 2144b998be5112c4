namespace Sluice.Silo.Storage.Migrations;

internal static partial class Revocations0007
{
    public const string Sqlite = """
        CREATE TABLE revocation (
            sequence   INTEGER NOT NULL PRIMARY KEY,
            kind       INTEGER NOT NULL CHECK (kind > 0),
            subject    TEXT NOT NULL,
            number     INTEGER NOT NULL CHECK (number >= 0),
            revoked_at INTEGER NOT NULL,
            ends_at    INTEGER NOT NULL
        );

        CREATE INDEX revocation_end ON revocation (ends_at);

        CREATE TABLE revocation_feed (
            id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
            last    INTEGER NOT NULL,
            trimmed INTEGER NOT NULL CHECK (trimmed BETWEEN 0 AND last)
        );

        INSERT INTO revocation_feed (id, last, trimmed) VALUES (1, 0, 0);
        """;
}
