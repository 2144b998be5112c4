using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Silo.Storage;
using Sluice.Silo.Storage.Sqlite;
using Sluice.Testing;

namespace Sluice.Cluster.Storage;

/// <summary>What only the file can do wrong.</summary>
public sealed class SqliteDatabaseTests : StorageTest
{
    private const string Open = "INSERT INTO client_ledger (client_id, epoch, write_number) VALUES ($1, 1, 0)";
    private static readonly Statement Count = new("SELECT count(*) FROM client_ledger");

    private readonly SqlitePlace _place;

    public SqliteDatabaseTests()
        : this(new SqlitePlace())
    {
    }

    private SqliteDatabaseTests(SqlitePlace place)
        : base(place) => _place = place;

    private SqliteWriter Writer => ((SqliteDatabase)Database).Writer;

    /// <summary>Guards the fsync: what waits while the file is held goes into one commit when it is free.</summary>
    [Fact]
    public async Task What_waits_for_the_writer_is_committed_together()
    {
        var before = (Writer.Commits, Writer.Operations);
        Task<List<int>>[] writes;
        await using (var held = await HoldTheFileAsync())
        {
            writes = [.. Enumerable.Range(0, 100).Select(number => WriteAsync($"c{number}"))];
        }

        await Task.WhenAll(writes).Within();

        Assert.Equal(100, Writer.Operations - before.Operations);
        Assert.InRange(Writer.Commits - before.Commits, 1, 2); // The first may have gone to wait by itself.
    }

    [Fact]
    public async Task A_read_does_not_wait_for_the_writer()
    {
        await using var held = await HoldTheFileAsync();
        var write = WriteAsync("c");

        Assert.Equal([0L], await Database.ReadAsync(Count, row => row.GetInt64(0), Token).Within());

        Assert.False(write.IsCompleted);
        await held.DisposeAsync();
        await write.Within();
    }

    [Fact]
    public async Task A_write_that_cannot_begin_in_time_fails_and_later_ones_succeed()
    {
        var impatient = (await StartSiloAsync(("Storage:CommandTimeout", "00:00:01"))).GetRequiredService<IDatabase>();
        await using (var held = await HoldTheFileAsync())
        {
            await Assert.ThrowsAnyAsync<Exception>(() =>
                impatient.WriteAsync([new Statement(Open, "late")], row => 0, Token)).Within();
        }

        await impatient.WriteAsync([new Statement(Open, "c")], row => 0, Token).Within();

        Assert.Contains("c", await AskAsync("SELECT client_id FROM client_ledger"));
    }

    /// <summary>Guards durability: the files as a killed process leaves them hold every answer it gave.</summary>
    [Fact]
    public async Task The_files_as_they_lie_at_the_moment_of_an_answer_hold_what_was_answered()
    {
        var copy = _place.File + ".copy";
        for (var number = 0; number < 20; number++)
        {
            await WriteAsync($"c{number}");
        }

        File.Copy(_place.File, copy);
        File.Copy(_place.File + "-wal", copy + "-wal");

        await using var connection = new SqliteConnection($"Data Source={copy};Pooling=False");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = Count.Sql;
        Assert.Equal(20L, await command.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task Every_commit_of_the_writer_reaches_the_disk_before_it_is_answered()
    {
        var settings = await Task.WhenAll(
            Database.WriteAsync([new Statement("PRAGMA synchronous")], row => row.GetString(0), Token),
            Database.WriteAsync([new Statement("PRAGMA foreign_keys")], row => row.GetString(0), Token));

        Assert.Equal(["2", "1"], settings.Select(Assert.Single)); // 2 is FULL.
    }

    [Fact]
    public void The_file_is_readable_by_its_owner_only() => Assert.Equal(
        UnixFileMode.UserRead | UnixFileMode.UserWrite,
        OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(_place.File));

    private Task<List<int>> WriteAsync(string client) =>
        Database.WriteAsync([new Statement(Open, client)], row => 0, Token);

    /// <summary>Another process that writes. Disposing ends it.</summary>
    private async Task<DbConnection> HoldTheFileAsync()
    {
        var connection = await ConnectAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        await command.ExecuteNonQueryAsync(Token);
        return connection;
    }
}
