namespace Sluice.Silo.Storage.Migrations;

/// <summary>The schema as this program knows it.</summary>
internal static class Schema
{
    /// <summary>All steps in order. To add one, see docs/storage.md.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        new(1, "begin", Begin0001.PostgreSql, Begin0001.Sqlite),
    ];
}
