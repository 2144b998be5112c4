namespace Sluice.Silo.Storage.Migrations;

internal static partial class Usage0005
{
    // Times are microseconds since 1970. Of one call, the event of the highest rank counts: 0 is what was written when
    // its edge was lost, 1 is what the edge told. A sequence below 0 is a chunk, less what its calls have spent.
    // Session 0 is no edge: it says when this log began; 0 where nothing was counted before.
    // Keys begin with what grows: every call is written once, and most often at the end of each index.
    public const string PostgreSql = """
        CREATE TABLE usage_event (
            client_id     text COLLATE "C" NOT NULL,
            edge_session  bigint NOT NULL,
            sequence      bigint NOT NULL,
            rank          bigint NOT NULL CHECK (rank BETWEEN 0 AND 1),
            epoch         bigint NOT NULL,
            tenant        text COLLATE "C" NOT NULL,
            plan          text COLLATE "C" NOT NULL,
            key_version   bigint NOT NULL,
            model         text COLLATE "C" NOT NULL,
            endpoint      text COLLATE "C" NOT NULL,
            admitted_at   bigint NOT NULL,
            ended_at      bigint NOT NULL,
            outcome       bigint NOT NULL CHECK (outcome > 0),
            chunk         bigint NOT NULL CHECK (chunk >= 0),
            requests      bigint NOT NULL CHECK (requests >= 0),
            input_tokens  bigint NOT NULL CHECK (input_tokens >= 0),
            output_tokens bigint NOT NULL CHECK (output_tokens >= 0),
            images        bigint NOT NULL CHECK (images >= 0),
            pages         bigint NOT NULL CHECK (pages >= 0),
            PRIMARY KEY (edge_session, sequence, client_id, rank)
        );

        CREATE INDEX usage_event_of_client ON usage_event (client_id, admitted_at);

        CREATE INDEX usage_event_by_time ON usage_event USING brin (admitted_at);

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
            edge_session     bigint NOT NULL PRIMARY KEY,
            reports          bigint NOT NULL,
            complete_through bigint NOT NULL,
            last_sequence    bigint NOT NULL,
            is_closed        bigint NOT NULL CHECK (is_closed BETWEEN 0 AND 1),
            dropped          bigint NOT NULL CHECK (dropped >= 0),
            reported_at      bigint NOT NULL
        );

        INSERT INTO usage_session (
            edge_session, reports, complete_through, last_sequence, is_closed, dropped, reported_at)
        SELECT 0, 0, 0, 0, 1, 0, CASE WHEN EXISTS (SELECT 1 FROM client_ledger)
            THEN CAST(floor(extract(epoch FROM now()) * 1000000) AS bigint)
            ELSE 0 END;

        CREATE TABLE usage_owner (
            client_id   text COLLATE "C" NOT NULL PRIMARY KEY,
            epoch       bigint NOT NULL,
            known_until bigint NOT NULL
        );
        """;
}
