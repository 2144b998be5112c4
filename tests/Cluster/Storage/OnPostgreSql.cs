namespace Sluice.Cluster.Storage;

public sealed class GrainStorageOnPostgreSqlTests(PostgreSqlFixture server)
    : GrainStorageTests(new PostgreSqlPlace(server));
