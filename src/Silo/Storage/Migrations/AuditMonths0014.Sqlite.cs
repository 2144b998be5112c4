namespace Sluice.Silo.Storage.Migrations;

internal static partial class AuditMonths0014
{
    // A file has no roles and no partitions: triggers guard it against mistakes, and checkpoints against the rest.
    public const string Sqlite = """
        ALTER TABLE audit_record ADD COLUMN month INTEGER NOT NULL DEFAULT 0;
        UPDATE audit_record SET month = (
            SELECT max(CAST(strftime('%Y%m', r.at / 1000000.0, 'unixepoch') AS INTEGER))
            FROM audit_record r WHERE r.sequence <= audit_record.sequence);

        CREATE INDEX audit_record_by_month ON audit_record (month, sequence);

        ALTER TABLE audit_head ADD COLUMN month INTEGER NOT NULL DEFAULT 0;
        UPDATE audit_head SET month = coalesce((SELECT max(month) FROM audit_record), 0);

        CREATE TABLE audit_checkpoint (
            number   INTEGER NOT NULL PRIMARY KEY CHECK (number > 0),
            sequence INTEGER NOT NULL,
            line     TEXT NOT NULL
        );

        CREATE INDEX audit_checkpoint_by_sequence ON audit_checkpoint (sequence);

        CREATE TABLE audit_checkpoint_sent (
            number  INTEGER NOT NULL PRIMARY KEY,
            sent_at INTEGER NOT NULL
        );

        CREATE TABLE audit_key (
            id      TEXT NOT NULL PRIMARY KEY,
            public  TEXT NOT NULL,
            sealed  TEXT NOT NULL,
            made_at INTEGER NOT NULL
        );

        CREATE TRIGGER audit_record_stays BEFORE UPDATE ON audit_record
        BEGIN
            SELECT RAISE(ABORT, 'The audit trail is only ever added to.');
        END;

        CREATE TRIGGER audit_record_stays_whole BEFORE DELETE ON audit_record
        WHEN CAST(strftime('%s', 'now') AS INTEGER) < 180 * 86400 + CAST(strftime(
                 '%s', substr(OLD.month, 1, 4) || '-' || substr(OLD.month, 5, 2) || '-01', '+1 month') AS INTEGER)
             OR EXISTS (SELECT 1 FROM audit_record WHERE month < OLD.month)
             OR NOT EXISTS (
                 SELECT 1 FROM audit_checkpoint
                 WHERE sequence >= (SELECT max(sequence) FROM audit_record WHERE month = OLD.month))
        BEGIN
            SELECT RAISE(ABORT, 'The audit trail of this month stays: see docs/audit.md.');
        END;

        CREATE TRIGGER audit_checkpoint_stays BEFORE UPDATE ON audit_checkpoint
        BEGIN
            SELECT RAISE(ABORT, 'Checkpoints are only ever added.');
        END;
        """;
}
