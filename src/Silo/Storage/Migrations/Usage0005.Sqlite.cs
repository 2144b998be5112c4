namespace Sluice.Silo.Storage.Migrations;

internal static partial class Usage0005
{
    // Times are microseconds since 1970. Of one call, the event of the highest rank counts: 0 is what was written when
    // its edge was lost, 1 is what the edge told. A sequence below 0 is a chunk, less what its calls have spent.
    // Session 0 is no edge: it says when this log began; 0 where nothing was counted before.
    // Keys begin with what grows: every call is written once, and most often at the end of each index.
    public const string Sqlite = """
        CREATE TABLE usage_event (
            client_id     TEXT NOT NULL,
            edge_session  INTEGER NOT NULL,
            sequence      INTEGER NOT NULL,
            rank          INTEGER NOT NULL CHECK (rank BETWEEN 0 AND 1),
            epoch         INTEGER NOT NULL,
            tenant        TEXT NOT NULL,
            plan          TEXT NOT NULL,
            key_version   INTEGER NOT NULL,
            model         TEXT NOT NULL,
            endpoint      TEXT NOT NULL,
            admitted_at   INTEGER NOT NULL,
            ended_at      INTEGER NOT NULL,
            outcome       INTEGER NOT NULL CHECK (outcome > 0),
            chunk         INTEGER NOT NULL CHECK (chunk >= 0),
            requests      INTEGER NOT NULL CHECK (requests >= 0),
            input_tokens  INTEGER NOT NULL CHECK (input_tokens >= 0),
            output_tokens INTEGER NOT NULL CHECK (output_tokens >= 0),
            images        INTEGER NOT NULL CHECK (images >= 0),
            pages         INTEGER NOT NULL CHECK (pages >= 0),
            PRIMARY KEY (edge_session, sequence, client_id, rank)
        ) WITHOUT ROWID;

        CREATE INDEX usage_event_of_client ON usage_event (client_id, admitted_at);

        CREATE INDEX usage_event_by_time ON usage_event (admitted_at);

        CREATE VIEW usage_counted AS
        SELECT client_id, edge_session, sequence, epoch, tenant, plan, key_version, model, endpoint, admitted_at,
               ended_at, outcome, input_tokens, output_tokens, images, pages,
               CASE WHEN sequence > 0 THEN requests
                    WHEN requests > (
                        SELECT coalesce(sum(spent.requests), 0) FROM usage_event AS spent
                        WHERE spent.client_id = event.client_id AND spent.edge_session = event.edge_session
                          AND spent.chunk = -event.sequence)
                    THEN requests - (
                        SELECT coalesce(sum(spent.requests), 0) FROM usage_event AS spent
                        WHERE spent.client_id = event.client_id AND spent.edge_session = event.edge_session
                          AND spent.chunk = -event.sequence)
                    ELSE 0
               END AS requests
        FROM usage_event AS event
        WHERE rank = 1 OR NOT EXISTS (
            SELECT 1 FROM usage_event AS told
            WHERE told.client_id = event.client_id AND told.edge_session = event.edge_session
              AND told.sequence = event.sequence AND told.rank = 1);

        CREATE TABLE usage_session (
            edge_session     INTEGER NOT NULL PRIMARY KEY,
            reports          INTEGER NOT NULL,
            complete_through INTEGER NOT NULL,
            last_sequence    INTEGER NOT NULL,
            is_closed        INTEGER NOT NULL CHECK (is_closed BETWEEN 0 AND 1),
            dropped          INTEGER NOT NULL CHECK (dropped >= 0),
            reported_at      INTEGER NOT NULL
        ) WITHOUT ROWID;

        INSERT INTO usage_session (
            edge_session, reports, complete_through, last_sequence, is_closed, dropped, reported_at)
        SELECT 0, 0, 0, 0, 1, 0, CASE WHEN EXISTS (SELECT 1 FROM client_ledger)
            THEN CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000
            ELSE 0 END;

        CREATE TABLE usage_owner (
            client_id   TEXT NOT NULL PRIMARY KEY,
            epoch       INTEGER NOT NULL,
            known_until INTEGER NOT NULL
        ) WITHOUT ROWID;
        """;
}
