using Microsoft.Extensions.DependencyInjection;
using Sluice.Silo.Storage;
using Sluice.Silo.Storage.Migrations;

namespace Sluice.Cluster.Storage;

/// <summary>How a database comes to the schema, and which databases are refused.</summary>
public abstract class MigrationTests : StorageTest
{
    private protected MigrationTests(TestPlace place)
        : base(place)
    {
    }

    [Fact]
    public async Task An_empty_database_gets_every_step_on_record()
    {
        Assert.Equal(
            Schema.Migrations.Select(migration => migration.Name),
            await AskAsync("SELECT name FROM schema_migration ORDER BY number"));
        Assert.Equal(
            Schema.Migrations.Count,
            (await AskAsync("SELECT checksum FROM schema_migration WHERE length(checksum) = 64")).Distinct().Count());
    }

    [Fact]
    public async Task Starting_again_changes_nothing()
    {
        var before = await AskAsync("SELECT applied_at FROM schema_migration");

        await StartSiloAsync();

        Assert.Equal(before, await AskAsync("SELECT applied_at FROM schema_migration"));
    }

    [Fact]
    public async Task Silos_that_start_together_apply_each_step_once()
    {
        string[] tables =
        [
            "client_slots", "client_rate", "client_quota", "client_ledger", "reminder", "grain_state",
            "silo_suspicion", "silo", "cluster", "usage_event", "usage_parcel", "usage_session", "usage_owner",
            "revocation", "revocation_feed", "data_key", "audit_outbox", "audit_record",
            "audit_head", "audit_checkpoint", "audit_checkpoint_sent", "audit_key", "call_log",
            "call_log_session", "backup_copy", "backup_drill", "schema_migration",
        ];
        await AskAsync("DROP VIEW IF EXISTS usage_counted");
        foreach (var table in tables)
        {
            await AskAsync($"DROP TABLE IF EXISTS {table}");
        }

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => StartSiloAsync(), Token)));

        Assert.Equal([$"{Schema.Migrations.Count}"], await AskAsync("SELECT count(*) FROM schema_migration"));
    }

    [Fact]
    public async Task A_new_step_is_added_to_a_database_that_has_the_older_ones()
    {
        await AskAsync("INSERT INTO client_ledger (client_id, epoch, write_number) VALUES ('acme.web', 5, 0)");

        await MigrateAsync([.. Schema.Migrations, Step(Next, "CREATE TABLE later (id integer)")]);

        Assert.Equal(
            [.. Numbers, $"{Next}"], await AskAsync("SELECT number FROM schema_migration ORDER BY number"));
        Assert.Equal(["5"], await AskAsync("SELECT epoch FROM client_ledger"));
        Assert.Empty(await AskAsync("SELECT id FROM later"));
    }

    [Fact]
    public async Task A_step_that_fails_takes_back_those_before_it()
    {
        const string Sql = "CREATE TABLE later (id integer)";
        await Assert.ThrowsAsync<StorageUnavailableException>(() =>
            MigrateAsync([.. Schema.Migrations, Step(Next, Sql), Step(Next + 1, Sql)]));

        Assert.Equal(Numbers, await AskAsync("SELECT number FROM schema_migration ORDER BY number"));
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => AskAsync("SELECT id FROM later"));
    }

    [Fact]
    public async Task A_step_that_was_applied_with_another_text_is_refused()
    {
        var refused = await Assert.ThrowsAsync<StorageUnavailableException>(() => MigrateAsync(
            [
                Schema.Migrations[0] with { PostgreSql = "SELECT 1", Sqlite = "SELECT 1" },
                .. Schema.Migrations.Skip(1),
            ]));

        Assert.StartsWith("Migration 1 'begin' was applied to the database with another text", refused.Message);
    }

    [Fact]
    public async Task A_database_that_is_newer_than_the_program_is_refused()
    {
        await MigrateAsync([.. Schema.Migrations, Step(Next, "CREATE TABLE later (id integer)")]);

        var refused = await Assert.ThrowsAsync<StorageUnavailableException>(() => StartSiloAsync());

        Assert.StartsWith(
            $"The database is at schema {Next}, and this program knows no newer one than {Next - 1}", refused.Message);
    }

    [Fact]
    public void A_text_has_one_checksum_whatever_its_line_ends() =>
        Assert.Equal(Migration.ChecksumOf("a\nb"), Migration.ChecksumOf("a\r\nb"));

    private static int Next => Schema.Migrations[^1].Number + 1;

    private static IEnumerable<string> Numbers => Schema.Migrations.Select(migration => $"{migration.Number}");

    private static Migration Step(int number, string sql) => new(number, $"step-{number}", sql, sql);

    private async Task MigrateAsync(IReadOnlyList<Migration> migrations)
    {
        var silo = MakeSilo();
        var migrator = ActivatorUtilities.CreateInstance<Migrator>(silo, migrations);
        await using var database = (IDatabase)ActivatorUtilities.CreateInstance(silo, Database.GetType(), migrator);
        await database.PrepareAsync(Token);
    }
}
