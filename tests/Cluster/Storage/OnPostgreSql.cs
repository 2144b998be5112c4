using Microsoft.Extensions.DependencyInjection;
using Sluice.Silo.Storage.Ledger;

namespace Sluice.Cluster.Storage;

public sealed class DatabaseOnPostgreSqlTests(PostgreSqlFixture server) : DatabaseTests(new PostgreSqlPlace(server));

public sealed class GrainStorageOnPostgreSqlTests(PostgreSqlFixture server)
    : GrainStorageTests(new PostgreSqlPlace(server));

public sealed class MigrationOnPostgreSqlTests(PostgreSqlFixture server) : MigrationTests(new PostgreSqlPlace(server));

public sealed class ReminderTableOnPostgreSqlTests(PostgreSqlFixture server)
    : ReminderTableTests(new PostgreSqlPlace(server));

public sealed class ClientLedgerOnPostgreSqlTests(PostgreSqlFixture server)
    : ClientLedgerTests(new PostgreSqlPlace(server))
{
    private protected override long CommitsSoFar =>
        ((GroupedReserveWriter)((BreakingReserveWriter)Silo.GetRequiredService<IReserveWriter>()).Writer).Groups;
}

public sealed class StateIndexOnPostgreSqlTests(PostgreSqlFixture server) : StateIndexTests(new PostgreSqlPlace(server))
{
    /// <summary>A table of a few pages would be read whole and sorted; a real one would not.</summary>
    private protected override string Explain => "SET enable_bitmapscan = off; EXPLAIN";
}

public sealed class MembershipTableOnPostgreSqlTests(PostgreSqlFixture server)
    : MembershipTableTests(new PostgreSqlMembershipPlace(server));

public sealed class MembershipDeathOnPostgreSqlTests(PostgreSqlFixture server)
    : MembershipDeathTests(new PostgreSqlMembershipPlace(server));

public sealed class MembershipRaceOnPostgreSqlTests(PostgreSqlFixture server)
    : MembershipRaceTests(new PostgreSqlMembershipPlace(server));

public sealed class UsageLogOnPostgreSqlTests(PostgreSqlFixture server) : UsageLogTests(new PostgreSqlPlace(server));

public sealed class DataKeysOnPostgreSqlTests(PostgreSqlFixture server) : DataKeysTests(new PostgreSqlPlace(server));

public sealed class AuditOnPostgreSqlTests(PostgreSqlFixture server) : AuditTests(new PostgreSqlPlace(server));

public sealed class CallLogOnPostgreSqlTests(PostgreSqlFixture server) : CallLogTests(new PostgreSqlPlace(server));

public sealed class BackupOnPostgreSqlTests(PostgreSqlFixture server)
    : BackupTests(new PostgreSqlPlace(server), new PostgreSqlPlace(server));

public sealed class RewrapOnPostgreSqlTests(PostgreSqlFixture server)
    : RewrapTests(new PostgreSqlPlace(server), new PostgreSqlPlace(server));
