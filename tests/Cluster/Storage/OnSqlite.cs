using Microsoft.Extensions.DependencyInjection;
using Sluice.Silo.Storage.Sqlite;

namespace Sluice.Cluster.Storage;

public sealed class DatabaseOnSqliteTests() : DatabaseTests(new SqlitePlace());

public sealed class GrainStorageOnSqliteTests() : GrainStorageTests(new SqlitePlace());

public sealed class MigrationOnSqliteTests() : MigrationTests(new SqlitePlace());

public sealed class ReminderTableOnSqliteTests() : ReminderTableTests(new SqlitePlace());

public sealed class ClientLedgerOnSqliteTests() : ClientLedgerTests(new SqlitePlace())
{
    private protected override long CommitsSoFar => ((SqliteDatabase)Database).Writer.Commits;

    /// <summary>The file has one silo; a second one would spend the race waiting for the file's lock.</summary>
    private protected override Task<ServiceProvider> OtherSiloAsync() => Task.FromResult(Silo);
}

public sealed class UsageLogOnSqliteTests() : UsageLogTests(new SqlitePlace());

public sealed class DataKeysOnSqliteTests() : DataKeysTests(new SqlitePlace());

public sealed class AuditOnSqliteTests() : AuditTests(new SqlitePlace());

public sealed class StateIndexOnSqliteTests() : StateIndexTests(new SqlitePlace())
{
    private protected override string Explain => "EXPLAIN QUERY PLAN";
}

public sealed class CheckpointOnSqliteTests() : CheckpointTests(new SqlitePlace())
{
    private protected override IEnumerable<string> Backdate(int month, int records) =>
    [
        "DROP TRIGGER audit_record_stays",
        $"UPDATE audit_record SET month = {month} WHERE sequence <= {records}",
    ];
}

public sealed class CallLogOnSqliteTests() : CallLogTests(new SqlitePlace());

public sealed class BackupOnSqliteTests() : BackupTests(new SqlitePlace(), new SqlitePlace());

public sealed class RewrapOnSqliteTests() : RewrapTests(new SqlitePlace(), new SqlitePlace());
