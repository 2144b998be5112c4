namespace Sluice.Silo.Storage.Migrations;

internal static partial class Membership0002
{
    // A file has one silo, and nobody else to tell of it. The step is there so that both databases count alike.
    public const string Sqlite = "SELECT 1";
}
