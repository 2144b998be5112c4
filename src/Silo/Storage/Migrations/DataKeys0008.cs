namespace Sluice.Silo.Storage.Migrations;

/// <summary>Keys that seal what must not be read in the database.</summary>
internal static class DataKeys0008
{
    // Microseconds since 1970.
    public const string PostgreSql = """
        CREATE TABLE data_key (
            id      text COLLATE "C" NOT NULL PRIMARY KEY,
            purpose text NOT NULL,
            wrapped text NOT NULL,
            made_at bigint NOT NULL
        );
        """;

    public const string Sqlite = """
        CREATE TABLE data_key (
            id      TEXT NOT NULL PRIMARY KEY,
            purpose TEXT NOT NULL,
            wrapped TEXT NOT NULL,
            made_at INTEGER NOT NULL
        );
        """;
}
