using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Grains.Clients;
using Sluice.Silo.Storage;
using Sluice.Testing;

namespace Sluice.Cluster.Storage;

/// <summary>What only a server can do wrong: transactions that overlap, and messages that arrive late.</summary>
public sealed class PostgreSqlDatabaseTests(PostgreSqlFixture server) : StorageTest(new PostgreSqlPlace(server))
{
    private const string Client = "acme.web";

    /// <summary>
    /// Guards the opening: a statement that raises the epoch and reads the counts in one sees the counts as they were
    /// before it waited, and the two epochs together spend more than the quota.
    /// </summary>
    [Fact]
    public async Task An_opening_reads_what_an_older_epoch_stored_while_the_opening_waited_for_it()
    {
        await Ledger.OpenAsync(Client, Token);
        await using var older = await ConnectAsync();
        await ExecuteAsync(older, "BEGIN");
        await ExecuteAsync(older, "UPDATE client_ledger SET write_number = 1 WHERE epoch = 1");
        await ExecuteAsync(older, "INSERT INTO client_quota VALUES ('acme.web', 'monthly', 680, 100)");

        var opening = Ledger.OpenAsync(Client, Token);
        await UntilAsync("SELECT count(*) FROM pg_locks WHERE NOT granted", "1");
        await ExecuteAsync(older, "COMMIT");

        var opened = await opening.Within();
        Assert.Equal(2, opened.Epoch);
        Assert.Equal([new("monthly", 680, 100)], opened.Reserves);
    }

    [Fact]
    public async Task A_reserve_that_waited_for_a_newer_epoch_is_refused()
    {
        await Ledger.OpenAsync(Client, Token);
        await using var newer = await ConnectAsync();
        await ExecuteAsync(newer, "BEGIN");
        await ExecuteAsync(newer, "UPDATE client_ledger SET epoch = 2");

        var reserving = Ledger.ReserveAsync(Client, 1, [new("monthly", 680, 100)], Token);
        await UntilAsync("SELECT count(*) FROM pg_locks WHERE NOT granted", "1");
        await ExecuteAsync(newer, "COMMIT");

        Assert.False(await reserving.Within());
        Assert.Equal(["0"], await AskAsync("SELECT count(*) FROM client_quota"));
    }

    /// <summary>
    /// Guards against a write that is executed after its caller gave up and wrote anew: a server process that stood
    /// still would set the count back, and a crash would then give away what was spent.
    /// </summary>
    [Fact]
    public async Task A_write_that_was_kept_back_does_not_undo_a_later_one()
    {
        var silo = await StartSiloAsync(("Storage:CommandTimeout", "00:00:02"));
        var ledger = silo.GetRequiredService<IClientLedger>();
        var epoch = (await ledger.OpenAsync(Client, Token)).Epoch;
        Assert.True(await ledger.ReserveAsync(Client, epoch, [new("monthly", 680, 100)], Token));
        var process = Assert.Single(await silo.GetRequiredService<IDatabase>().ReadAsync(
            new Statement("SELECT pg_backend_pid()"), row => row.GetInt32(0), Token));

        await SignalAsync("-STOP", process);
        try
        {
            await Assert.ThrowsAnyAsync<Exception>(() =>
                ledger.ReserveAsync(Client, epoch, [new("monthly", 680, 200)], Token)).Within();
            await Deadline.Within(UntilDoneAsync(() =>
                ledger.ReserveAsync(Client, epoch, [new("monthly", 680, 300)], Token)));
        }
        finally
        {
            await SignalAsync("-CONT", process);
        }

        await UntilAsync($"SELECT count(*) FROM pg_stat_activity WHERE pid = {process}", "0");
        Assert.Equal(["300"], await AskAsync("SELECT reserved FROM client_quota"));
    }

    [Fact]
    public async Task An_answer_means_durable_even_where_the_database_was_told_not_to_wait()
    {
        var name = Assert.Single(await AskAsync("SELECT current_database()"));
        await AskAsync($"ALTER DATABASE {name} SET synchronous_commit = off");
        Assert.Equal(["off"], await AskAsync("SHOW synchronous_commit"));

        var silo = await StartSiloAsync();

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(["on"], await silo.GetRequiredService<IDatabase>().ReadAsync(
                new Statement("SHOW synchronous_commit"), row => row.GetString(0), Token));
        }
    }

    /// <summary>Clients may come in any order; two silos must not wait for each other's rows crosswise for ever.</summary>
    [Fact]
    public async Task Two_silos_that_write_the_same_clients_both_come_through()
    {
        var other = (await StartSiloAsync()).GetRequiredService<IClientLedger>();
        var clients = Enumerable.Range(0, 100).Select(number => $"c{number:000}").ToArray();
        await Task.WhenAll(clients.Select(client => Ledger.OpenAsync(client, Token)));
        for (var round = 1; round <= 10; round++)
        {
            await Task.WhenAll(clients.SelectMany(client => new[]
            {
                Ledger.ReserveAsync(client, 1, [new("monthly", 680, round)], Token),
                other.ReserveAsync(client, 1, [new("monthly", 680, round)], Token),
            })).Within();
        }

        Assert.Equal(["100"], await AskAsync("SELECT count(*) FROM client_quota WHERE reserved = 10"));
    }

    private static async Task UntilDoneAsync(Func<Task<bool>> write)
    {
        while (true)
        {
            try
            {
                Assert.True(await write());
                return;
            }
            catch (Exception exception) when (exception is DbException or TimeoutException)
            {
                // A connection to a server process that stands still, again. The pool drops each one after its turn.
            }
        }
    }

    private Task UntilAsync(string sql, string answer) => Deadline.Within(Task.Run(
        async () =>
        {
            while ((await AskAsync(sql))[0] != answer)
            {
                // Asking opens a connection, which takes the server a while: this does not spin.
            }
        },
        Token));

    private static async Task ExecuteAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Token);
    }

    private static async Task SignalAsync(string signal, int process)
    {
        string[] arguments = [signal, process.ToString(CultureInfo.InvariantCulture)];
        using var kill = System.Diagnostics.Process.Start("/usr/bin/kill", arguments);
        await kill.WaitForExitAsync(Token);
    }
}
