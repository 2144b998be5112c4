namespace Sluice.Silo.Storage.Migrations;

/// <summary>The schema as this program knows it.</summary>
internal static class Schema
{
    /// <summary>All steps in order. To add one, see docs/storage.md.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        new(1, "begin", Begin0001.PostgreSql, Begin0001.Sqlite),
        new(2, "membership", Membership0002.PostgreSql, Membership0002.Sqlite),
        new(3, "durable-rates-and-slots", Durable0003.PostgreSql, Durable0003.Sqlite),
        new(4, "quota-periods", QuotaPeriods0004.PostgreSql, QuotaPeriods0004.Sqlite),
        new(5, "usage-log", Usage0005.PostgreSql, Usage0005.Sqlite),
        new(6, "usage-parcels", UsageParcels0006.PostgreSql, UsageParcels0006.Sqlite),
        new(7, "revocations", Revocations0007.PostgreSql, Revocations0007.Sqlite),
        new(8, "data-keys", DataKeys0008.PostgreSql, DataKeys0008.Sqlite),
        new(11, "audit", Audit0011.PostgreSql, Audit0011.Sqlite),
        new(14, "audit-months", AuditMonths0014.PostgreSql, AuditMonths0014.Sqlite),
        new(15, "call-log", CallLog0015.PostgreSql, CallLog0015.Sqlite),
        new(17, "backups", Backups0017.PostgreSql, Backups0017.Sqlite),
    ];
}
