using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Sluice.Grains.Audit;
using Sluice.Rules.Audit;
using Sluice.Silo.Storage;
using Sluice.Silo.Storage.Audit;
using Sluice.Silo.Storage.PostgreSql;

namespace Sluice.Cluster.Storage;

public sealed class CheckpointOnPostgreSqlTests(PostgreSqlFixture server) : CheckpointTests(new PostgreSqlPlace(server))
{
    private protected override IEnumerable<string> Backdate(int month, int records) =>
    [
        $"SELECT audit_open({month})",
        "ALTER TABLE audit_record DISABLE TRIGGER USER",
        $"UPDATE audit_record SET month = {month} WHERE sequence <= {records}",
        "ALTER TABLE audit_record ENABLE TRIGGER USER",
    ];

    /// <summary>
    /// Guards the trail from a silo that was taken over: where another role owns the tables, its own can add to it,
    /// begin a month and let one go that has had its time, and do nothing else to it.
    /// </summary>
    [Fact]
    public async Task A_silo_with_a_role_of_its_own_can_add_to_the_trail_and_change_nothing_in_it()
    {
        var url = await server.NewDatabaseAsync();
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, url, Token);
            var settings = DatabaseUrl.Read(url).Settings!;
            settings.Pooling = false;
            (settings.Username, settings.Password) = ("silo's \"own\" %role", "secret");
            await AskAsync("""
                DO $$ BEGIN CREATE ROLE "silo's ""own"" %role" LOGIN PASSWORD 'secret';
                EXCEPTION WHEN duplicate_object THEN NULL; END $$
                """);
            await using var silo = StorageOf(new Dictionary<string, string?>
            {
                ["Storage:DatabaseUrl"] = settings.ConnectionString, ["Storage:OwnerUrlFile"] = file,
            });
            var database = silo.GetRequiredService<IDatabase>();
            await database.PrepareAsync(Token);
            await database.PrepareAsync(Token); // As at the next start.

            await silo.GetRequiredService<IAuditLog>().AppendAsync(
                "silo", [("one", new AuditNote("plan.replace", "plan/gold", "", "", "{}"))], Token);
            Assert.Equal(1, await silo.GetRequiredService<AuditTrail>().ChainAsync(Token));
            await database.WriteAsync(
                [new Statement("INSERT INTO client_ledger (client_id, epoch, write_number) VALUES ('c', 1, 0)")],
                row => row.FieldCount, Token);
            foreach (var sql in (string[])
                [
                    "UPDATE audit_record SET actor = 'nobody'",
                    "DELETE FROM audit_record",
                    "TRUNCATE audit_record",
                    "DROP TABLE audit_record",
                    "ALTER TABLE audit_record DISABLE TRIGGER USER",
                    "UPDATE audit_checkpoint SET line = ''",
                    "DELETE FROM audit_key",
                    $"DELETE FROM audit_record_{(await MonthAsync(silo)):D6}",
                    "UPDATE schema_migration SET checksum = ''",
                ])
            {
                var refused = await Assert.ThrowsAsync<PostgresException>(() =>
                    database.WriteAsync([new Statement(sql)], row => row.FieldCount, Token));
                Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<int> MonthAsync(ServiceProvider silo) =>
        (await silo.GetRequiredService<CheckpointTable>().OldestMonthAsync(Token))!.Value.Month;
}
