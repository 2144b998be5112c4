namespace Sluice.Silo.Storage.Migrations;

internal static partial class UsageParcels0006
{
    // As on PostgreSQL; SQLite has no arrays, so the events are JSON: an array of one array for each, in the order
    // client_id, sequence, epoch, tenant, plan, key_version, model, endpoint, admitted_at,
    // ended_at, outcome, chunk, requests, input_tokens, output_tokens, images, pages.
    public const string Sqlite = """
        CREATE TABLE usage_parcel (
            edge_session   INTEGER NOT NULL,
            number         INTEGER NOT NULL CHECK (number > 0),
            first_admitted INTEGER NOT NULL,
            last_admitted  INTEGER NOT NULL,
            first_sequence INTEGER NOT NULL,
            last_sequence  INTEGER NOT NULL,
            last_chunk     INTEGER NOT NULL CHECK (last_chunk >= 0),
            clients        TEXT NOT NULL,
            events         TEXT NOT NULL CHECK (json_array_length(events) > 0),
            PRIMARY KEY (edge_session, number)
        );

        CREATE INDEX usage_parcel_by_time ON usage_parcel (last_admitted);
        CREATE INDEX usage_parcel_of_calls ON usage_parcel (edge_session, last_sequence, first_sequence);

        DROP VIEW usage_counted;
        CREATE VIEW usage_counted AS
        SELECT client_id, edge_session, sequence, epoch, tenant, plan, key_version, model, endpoint, admitted_at,
               ended_at, outcome, input_tokens, output_tokens, images, pages,
               CASE WHEN sequence > 0 THEN requests
                    ELSE max(0, requests
                        - (
                            SELECT coalesce(sum(spent.requests), 0) FROM usage_event AS spent
                            WHERE spent.client_id = event.client_id AND spent.edge_session = event.edge_session
                              AND spent.chunk = -event.sequence)
                        - (
                            SELECT coalesce(sum(json_extract(one.value, '$[12]')), 0)
                            FROM usage_parcel AS parcel, json_each(parcel.events) AS one
                            WHERE parcel.edge_session = event.edge_session AND parcel.last_chunk >= -event.sequence
                              AND json_extract(one.value, '$[0]') = event.client_id
                              AND json_extract(one.value, '$[11]') = -event.sequence))
               END AS requests,
               admitted_at AS first_admitted, admitted_at AS last_admitted, json_array(client_id) AS clients
        FROM usage_event AS event
        WHERE rank = 1
           OR NOT EXISTS (
                  SELECT 1 FROM usage_event AS told
                  WHERE told.client_id = event.client_id AND told.edge_session = event.edge_session
                    AND told.sequence = event.sequence AND told.rank = 1)
              AND NOT EXISTS (
                  SELECT 1 FROM usage_parcel AS parcel, json_each(parcel.events) AS one
                  WHERE parcel.edge_session = event.edge_session
                    AND parcel.last_sequence >= event.sequence AND parcel.first_sequence <= event.sequence
                    AND json_extract(one.value, '$[0]') = event.client_id
                    AND json_extract(one.value, '$[1]') = event.sequence)
        UNION ALL
        SELECT json_extract(one.value, '$[0]') AS client_id,
               parcel.edge_session,
               json_extract(one.value, '$[1]') AS sequence,
               json_extract(one.value, '$[2]') AS epoch,
               json_extract(one.value, '$[3]') AS tenant,
               json_extract(one.value, '$[4]') AS plan,
               json_extract(one.value, '$[5]') AS key_version,
               json_extract(one.value, '$[6]') AS model,
               json_extract(one.value, '$[7]') AS endpoint,
               json_extract(one.value, '$[8]') AS admitted_at,
               json_extract(one.value, '$[9]') AS ended_at,
               json_extract(one.value, '$[10]') AS outcome,
               json_extract(one.value, '$[13]') AS input_tokens,
               json_extract(one.value, '$[14]') AS output_tokens,
               json_extract(one.value, '$[15]') AS images,
               json_extract(one.value, '$[16]') AS pages,
               json_extract(one.value, '$[12]') AS requests,
               parcel.first_admitted, parcel.last_admitted, parcel.clients
        FROM usage_parcel AS parcel, json_each(parcel.events) AS one;
        """;
}
