namespace Sluice.Silo.Storage.Migrations;

/// <summary>What backups there are and what drills came to, as those who made them have told.</summary>
internal static class Backups0017
{
    // Microseconds since 1970. A problem is a sentence for people; empty where there is none.
    public const string PostgreSql = """
        CREATE TABLE backup_copy (
            backup      text COLLATE "C" NOT NULL,
            destination text COLLATE "C" NOT NULL,
            medium      text NOT NULL,
            off_site    bigint NOT NULL CHECK (off_site BETWEEN 0 AND 1),
            taken_at    bigint NOT NULL,
            bytes       bigint NOT NULL,
            problem     text NOT NULL,
            PRIMARY KEY (backup, destination)
        );

        CREATE TABLE backup_drill (
            number     bigint NOT NULL PRIMARY KEY CHECK (number > 0),
            backup     text NOT NULL,
            drilled_at bigint NOT NULL,
            took       bigint NOT NULL CHECK (took >= 0),
            age        bigint NOT NULL,
            problem    text NOT NULL
        );
        """;

    public const string Sqlite = """
        CREATE TABLE backup_copy (
            backup      TEXT NOT NULL,
            destination TEXT NOT NULL,
            medium      TEXT NOT NULL,
            off_site    INTEGER NOT NULL CHECK (off_site BETWEEN 0 AND 1),
            taken_at    INTEGER NOT NULL,
            bytes       INTEGER NOT NULL,
            problem     TEXT NOT NULL,
            PRIMARY KEY (backup, destination)
        );

        CREATE TABLE backup_drill (
            number     INTEGER NOT NULL PRIMARY KEY CHECK (number > 0),
            backup     TEXT NOT NULL,
            drilled_at INTEGER NOT NULL,
            took       INTEGER NOT NULL CHECK (took >= 0),
            age        INTEGER NOT NULL,
            problem    TEXT NOT NULL
        );
        """;
}
