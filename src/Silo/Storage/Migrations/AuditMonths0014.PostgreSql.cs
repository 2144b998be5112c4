namespace Sluice.Silo.Storage.Migrations;

/// <summary>
/// The audit trail by months, so that old ones can go; guards against everything but that; and signed checkpoints.
/// </summary>
internal static partial class AuditMonths0014
{
    // A month is that in which records got their place, as 202611. It never goes back, so a month that goes is the
    // beginning of the trail. Functions run with the rights of whoever migrates: a silo whose own role may not change
    // records can make room for a month and let an old one go, and nothing else.
    public const string PostgreSql = """
        CREATE TEMPORARY TABLE audit_kept ON COMMIT DROP AS
            SELECT r.*, max(CAST(to_char(to_timestamp(at / 1000000.0) AT TIME ZONE 'UTC', 'YYYYMM') AS integer))
                        OVER (ORDER BY sequence) AS month
            FROM audit_record r;

        DROP TABLE audit_record;

        CREATE TABLE audit_record (
            sequence bigint NOT NULL CHECK (sequence > 0),
            id       text COLLATE "C" NOT NULL,
            at       bigint NOT NULL,
            actor    text NOT NULL,
            action   text NOT NULL,
            subject  text COLLATE "C" NOT NULL,
            before   text NOT NULL,
            after    text NOT NULL,
            detail   text NOT NULL,
            hash     text NOT NULL,
            month    integer NOT NULL,
            PRIMARY KEY (sequence, month)
        ) PARTITION BY RANGE (month);

        CREATE INDEX audit_record_by_id ON audit_record (id);
        CREATE INDEX audit_record_by_time ON audit_record (at);
        CREATE INDEX audit_record_of_subject ON audit_record (subject, sequence);

        ALTER TABLE audit_head ADD COLUMN month integer NOT NULL DEFAULT 0;
        UPDATE audit_head SET month = coalesce((SELECT max(month) FROM audit_kept), 0);

        CREATE TABLE audit_checkpoint (
            number   bigint NOT NULL PRIMARY KEY CHECK (number > 0),
            sequence bigint NOT NULL,
            line     text NOT NULL
        );

        CREATE INDEX audit_checkpoint_by_sequence ON audit_checkpoint (sequence);

        CREATE TABLE audit_checkpoint_sent (
            number  bigint NOT NULL PRIMARY KEY,
            sent_at bigint NOT NULL
        );

        CREATE TABLE audit_key (
            id      text COLLATE "C" NOT NULL PRIMARY KEY,
            public  text NOT NULL,
            sealed  text NOT NULL,
            made_at bigint NOT NULL
        );

        CREATE OR REPLACE FUNCTION audit_month() RETURNS integer LANGUAGE sql STABLE AS $$
            SELECT CAST(to_char(now() AT TIME ZONE 'UTC', 'YYYYMM') AS integer)
        $$;

        CREATE OR REPLACE FUNCTION audit_open(month integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
        SET search_path FROM CURRENT AS $$
        DECLARE
            child text := 'audit_record_' || month;
        BEGIN
            IF to_regclass(child) IS NULL THEN
                PERFORM pg_advisory_xact_lock(hashtext('audit_open'));

                -- Asked of the table itself: what a session has looked up by name it may remember as missing.
                IF NOT EXISTS (
                    SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE c.relname = child AND n.nspname = current_schema) THEN
                    EXECUTE format(
                        'CREATE TABLE %I PARTITION OF audit_record FOR VALUES FROM (%s) TO (%s)',
                        child, month, month + 1);
                END IF;
            END IF;
            RETURN month;
        END
        $$;

        -- The oldest month, once it is 180 days past and a checkpoint says how it ended.
        CREATE OR REPLACE FUNCTION audit_forget(month integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
        SET search_path FROM CURRENT AS $$
        DECLARE
            child text := 'audit_record_' || month;
            past  timestamptz := (to_date(CAST(month AS text), 'YYYYMM') + interval '1 month') AT TIME ZONE 'UTC';
            last  bigint;
        BEGIN
            IF past + interval '180 days' > now() THEN
                RAISE EXCEPTION 'The audit trail of % is younger than 180 days.', month;
            END IF;
            IF EXISTS (SELECT 1 FROM audit_record r WHERE r.month < audit_forget.month) THEN
                RAISE EXCEPTION 'The audit trail of % is not its beginning.', month;
            END IF;
            SELECT max(r.sequence) INTO last FROM audit_record r WHERE r.month = audit_forget.month;
            IF NOT EXISTS (SELECT 1 FROM audit_checkpoint c WHERE c.sequence = last) THEN
                RAISE EXCEPTION 'No checkpoint says how the audit trail of % ended.', month;
            END IF;
            EXECUTE format('DROP TABLE %I', child);
            RETURN last;
        END
        $$;

        SELECT audit_open(m) FROM (SELECT DISTINCT month AS m FROM audit_kept) months;
        INSERT INTO audit_record
            SELECT sequence, id, at, actor, action, subject, before, after, detail, hash, month FROM audit_kept;

        CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'The audit trail is only ever added to.';
        END
        $$;

        CREATE TRIGGER audit_record_stays BEFORE UPDATE OR DELETE ON audit_record
            FOR EACH ROW EXECUTE FUNCTION audit_refuse();
        CREATE TRIGGER audit_record_stays_whole BEFORE TRUNCATE ON audit_record
            FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
        CREATE TRIGGER audit_checkpoint_stays BEFORE UPDATE OR DELETE ON audit_checkpoint
            FOR EACH ROW EXECUTE FUNCTION audit_refuse();
        """;
}
