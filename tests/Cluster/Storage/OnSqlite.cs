namespace Sluice.Cluster.Storage;

public sealed class GrainStorageOnSqliteTests() : GrainStorageTests(new SqlitePlace());
