namespace Sluice.Silo.Storage.Migrations;

internal static partial class UsageParcels0006
{
    // What an edge tells at once is one row: a column of all its events is one array. Of 500 events that is an eighth
    // of the work and a twentieth of the room of 500 rows with their keys. Statements say which parcels may have what
    // they look for by first_admitted, last_admitted and clients; only those are taken apart.
    // A parcel is told apart by its number, and an edge puts each event into one parcel.
    public const string PostgreSql = """
        CREATE TABLE usage_parcel (
            edge_session   bigint NOT NULL,
            number         bigint NOT NULL CHECK (number > 0),
            first_admitted bigint NOT NULL,
            last_admitted  bigint NOT NULL,
            first_sequence bigint NOT NULL,
            last_sequence  bigint NOT NULL,
            last_chunk     bigint NOT NULL CHECK (last_chunk >= 0),
            clients        text[] COLLATE "C" NOT NULL,
            client_id      text[] COLLATE "C" NOT NULL,
            sequence       bigint[] NOT NULL,
            epoch          bigint[] NOT NULL,
            tenant         text[] COLLATE "C" NOT NULL,
            plan           text[] COLLATE "C" NOT NULL,
            key_version    bigint[] NOT NULL,
            model          text[] COLLATE "C" NOT NULL,
            endpoint       text[] COLLATE "C" NOT NULL,
            admitted_at    bigint[] NOT NULL,
            ended_at       bigint[] NOT NULL,
            outcome        bigint[] NOT NULL,
            chunk          bigint[] NOT NULL,
            requests       bigint[] NOT NULL,
            input_tokens   bigint[] NOT NULL,
            output_tokens  bigint[] NOT NULL,
            images         bigint[] NOT NULL,
            pages          bigint[] NOT NULL,
            PRIMARY KEY (edge_session, number),
            CHECK (cardinality(sequence) > 0),
            CHECK (cardinality(sequence) = ALL (ARRAY[
                cardinality(client_id), cardinality(epoch), cardinality(tenant), cardinality(plan),
                cardinality(key_version), cardinality(model), cardinality(endpoint), cardinality(admitted_at),
                cardinality(ended_at), cardinality(outcome), cardinality(chunk), cardinality(requests),
                cardinality(input_tokens), cardinality(output_tokens), cardinality(images), cardinality(pages)])),
            CHECK (0 < ALL (outcome) AND 0 <= ALL (chunk) AND 0 <= ALL (requests) AND 0 <= ALL (input_tokens)
                AND 0 <= ALL (output_tokens) AND 0 <= ALL (images) AND 0 <= ALL (pages))
        );

        CREATE INDEX usage_parcel_by_time ON usage_parcel (last_admitted);
        CREATE INDEX usage_parcel_of_clients ON usage_parcel USING gin (clients);
        CREATE INDEX usage_parcel_of_calls ON usage_parcel (edge_session, last_sequence, first_sequence);
        CREATE INDEX usage_parcel_of_chunks ON usage_parcel (edge_session, last_chunk) WHERE last_chunk > 0;

        -- PostgreSQL 13, or a server that was built without it, compresses as ever, which takes three times as long.
        DO $$
        DECLARE one text;
        BEGIN
            FOR one IN SELECT attname FROM pg_attribute
                WHERE attrelid = 'usage_parcel'::regclass AND attnum > 0 AND attndims > 0 AND attname <> 'clients'
            LOOP
                EXECUTE format('ALTER TABLE usage_parcel ALTER COLUMN %I SET COMPRESSION lz4', one);
            END LOOP;
        EXCEPTION WHEN feature_not_supported OR syntax_error THEN
            NULL;
        END $$;

        DROP VIEW usage_counted;
        CREATE VIEW usage_counted AS
        SELECT client_id, edge_session, sequence, epoch, tenant, plan, key_version, model, endpoint, admitted_at,
               ended_at, outcome, input_tokens, output_tokens, images, pages,
               CASE WHEN sequence > 0 THEN requests
                    ELSE greatest(0, requests - (
                        SELECT coalesce(sum(spent.requests), 0) FROM (
                            SELECT requests FROM usage_event
                            WHERE client_id = event.client_id AND edge_session = event.edge_session
                              AND chunk = -event.sequence
                            UNION ALL
                            SELECT told.requests
                            FROM usage_parcel AS parcel, unnest(parcel.client_id, parcel.chunk, parcel.requests)
                                AS told (client_id, chunk, requests)
                            WHERE parcel.edge_session = event.edge_session AND parcel.last_chunk > 0
                              AND parcel.last_chunk >= -event.sequence
                              AND told.client_id = event.client_id AND told.chunk = -event.sequence) AS spent))
               END AS requests,
               admitted_at AS first_admitted, admitted_at AS last_admitted, ARRAY[client_id] AS clients
        FROM usage_event AS event
        WHERE rank = 1
           OR NOT EXISTS (
                  SELECT 1 FROM usage_event AS told
                  WHERE told.client_id = event.client_id AND told.edge_session = event.edge_session
                    AND told.sequence = event.sequence AND told.rank = 1)
              AND NOT EXISTS (
                  SELECT 1 FROM usage_parcel AS parcel, unnest(parcel.client_id, parcel.sequence)
                      AS told (client_id, sequence)
                  WHERE parcel.edge_session = event.edge_session
                    AND parcel.last_sequence >= event.sequence AND parcel.first_sequence <= event.sequence
                    AND told.client_id = event.client_id AND told.sequence = event.sequence)
        UNION ALL
        SELECT told.client_id, parcel.edge_session, told.sequence, told.epoch, told.tenant, told.plan, told.key_version,
               told.model, told.endpoint, told.admitted_at, told.ended_at, told.outcome, told.input_tokens,
               told.output_tokens, told.images, told.pages, told.requests,
               parcel.first_admitted, parcel.last_admitted, parcel.clients
        FROM usage_parcel AS parcel, unnest(
                parcel.client_id, parcel.sequence, parcel.epoch, parcel.tenant, parcel.plan, parcel.key_version,
                parcel.model, parcel.endpoint, parcel.admitted_at, parcel.ended_at, parcel.outcome,
                parcel.input_tokens, parcel.output_tokens, parcel.images, parcel.pages, parcel.requests)
            AS told (
                client_id, sequence, epoch, tenant, plan, key_version, model, endpoint, admitted_at, ended_at, outcome,
                input_tokens, output_tokens, images, pages, requests);
        """;
}
