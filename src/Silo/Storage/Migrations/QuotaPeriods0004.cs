namespace Sluice.Silo.Storage.Migrations;

internal static class QuotaPeriods0004
{
    // Seconds are numbered since the year 1, which 32 bits do not hold.
    public const string PostgreSql = "ALTER TABLE client_quota ALTER COLUMN period TYPE bigint";

    // An integer of SQLite has 64 bits already. The step is there so that both databases count alike.
    public const string Sqlite = "SELECT 4";
}
