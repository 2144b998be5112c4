namespace Sluice.Silo.Storage.Migrations;

/// <summary>The audit trail, and what waits for its place in it.</summary>
internal static class Audit0011
{
    // Microseconds since 1970. Texts are hashed byte by byte, so they are texts and not JSON.
    public const string PostgreSql = """
        CREATE TABLE audit_outbox (
            id      text COLLATE "C" NOT NULL PRIMARY KEY,
            at      bigint NOT NULL,
            actor   text NOT NULL,
            action  text NOT NULL,
            subject text NOT NULL,
            before  text NOT NULL,
            after   text NOT NULL,
            detail  text NOT NULL
        );

        CREATE TABLE audit_record (
            sequence bigint NOT NULL PRIMARY KEY CHECK (sequence > 0),
            id       text COLLATE "C" NOT NULL UNIQUE,
            at       bigint NOT NULL,
            actor    text NOT NULL,
            action   text NOT NULL,
            subject  text COLLATE "C" NOT NULL,
            before   text NOT NULL,
            after    text NOT NULL,
            detail   text NOT NULL,
            hash     text NOT NULL
        );

        CREATE INDEX audit_record_by_time ON audit_record (at);
        CREATE INDEX audit_record_of_subject ON audit_record (subject, sequence);

        CREATE TABLE audit_head (
            id       bigint NOT NULL PRIMARY KEY CHECK (id = 1),
            sequence bigint NOT NULL,
            hash     text NOT NULL
        );

        INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, repeat('0', 64));
        """;

    public const string Sqlite = """
        CREATE TABLE audit_outbox (
            id      TEXT NOT NULL PRIMARY KEY,
            at      INTEGER NOT NULL,
            actor   TEXT NOT NULL,
            action  TEXT NOT NULL,
            subject TEXT NOT NULL,
            before  TEXT NOT NULL,
            after   TEXT NOT NULL,
            detail  TEXT NOT NULL
        );

        CREATE TABLE audit_record (
            sequence INTEGER NOT NULL PRIMARY KEY CHECK (sequence > 0),
            id       TEXT NOT NULL UNIQUE,
            at       INTEGER NOT NULL,
            actor    TEXT NOT NULL,
            action   TEXT NOT NULL,
            subject  TEXT NOT NULL,
            before   TEXT NOT NULL,
            after    TEXT NOT NULL,
            detail   TEXT NOT NULL,
            hash     TEXT NOT NULL
        );

        CREATE INDEX audit_record_by_time ON audit_record (at);
        CREATE INDEX audit_record_of_subject ON audit_record (subject, sequence);

        CREATE TABLE audit_head (
            id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
            sequence INTEGER NOT NULL,
            hash     TEXT NOT NULL
        );

        INSERT INTO audit_head (id, sequence, hash)
        VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
        """;
}
