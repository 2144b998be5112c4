namespace Sluice.Silo.Storage.Migrations;

/// <summary>The call log: what an edge told of one client at once is one row.</summary>
internal static class CallLog0015
{
    // Microseconds since 1970. Calls are JSON, a line for each, read by whoever expands them.
    public const string PostgreSql = """
        CREATE TABLE call_log (
            edge_session bigint NOT NULL,
            number       bigint NOT NULL CHECK (number > 0),
            client_id    text COLLATE "C" NOT NULL,
            first_at     bigint NOT NULL,
            last_at      bigint NOT NULL,
            calls        text NOT NULL,
            PRIMARY KEY (edge_session, number, client_id)
        );

        CREATE INDEX call_log_by_time ON call_log (first_at, edge_session, number, client_id);
        CREATE INDEX call_log_of_client ON call_log (client_id, first_at, edge_session, number);
        CREATE INDEX call_log_by_end ON call_log (last_at);

        CREATE TABLE call_log_session (
            edge_session bigint NOT NULL PRIMARY KEY,
            dropped      bigint NOT NULL,
            told_at      bigint NOT NULL
        );
        """;

    public const string Sqlite = """
        CREATE TABLE call_log (
            edge_session INTEGER NOT NULL,
            number       INTEGER NOT NULL CHECK (number > 0),
            client_id    TEXT NOT NULL,
            first_at     INTEGER NOT NULL,
            last_at      INTEGER NOT NULL,
            calls        TEXT NOT NULL,
            PRIMARY KEY (edge_session, number, client_id)
        );

        CREATE INDEX call_log_by_time ON call_log (first_at, edge_session, number, client_id);
        CREATE INDEX call_log_of_client ON call_log (client_id, first_at, edge_session, number);
        CREATE INDEX call_log_by_end ON call_log (last_at);

        CREATE TABLE call_log_session (
            edge_session INTEGER NOT NULL PRIMARY KEY,
            dropped      INTEGER NOT NULL,
            told_at      INTEGER NOT NULL
        );
        """;
}
