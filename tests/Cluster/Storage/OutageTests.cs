using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Grains.Clients;
using Sluice.Silo.Storage;
using Sluice.Testing;

namespace Sluice.Cluster.Storage;

/// <summary>A silo outlives its database: PostgreSQL crashes under use, stays away, and comes back.</summary>
public sealed class OutageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>
    /// Guards durability and recovery together: what was answered before the crash is there after it, calls in between
    /// fail in bounded time, and the silo needs no restart.
    /// </summary>
    [Fact]
    public async Task Calls_fail_in_bounded_time_while_PostgreSQL_is_away_and_succeed_when_it_is_back()
    {
        Assert.SkipWhen(PostgreSqlServer.WhyMissing is not null, PostgreSqlServer.WhyMissing ?? "");
        await using var server = await PostgreSqlServer.StartAsync();
        await using var silo = StorageTest.StorageOf(new()
        {
            ["Storage:DatabaseUrl"] = server.UrlOf("postgres"),
            ["Storage:CommandTimeout"] = "00:00:02",
        });
        var (database, ledger) = (silo.GetRequiredService<IDatabase>(), silo.GetRequiredService<IClientLedger>());
        await database.PrepareAsync(Token);
        var clients = Enumerable.Range(0, 64).Select(number => $"c{number}").ToArray();
        await Task.WhenAll(clients.Select(client => ledger.OpenAsync(client, Token)));
        var answered = new long[clients.Length];
        var crashing = new CancellationTokenSource();
        var load = clients.Select((client, i) => Task.Run(async () =>
        {
            for (var count = 1; !crashing.IsCancellationRequested; count++)
            {
                await ledger.ReserveAsync(client, 1, [new("monthly", 680, count)], Token);
                answered[i] = count;
            }
        })).ToArray();
        await Task.Run(() => SpinWait.SpinUntil(() => answered.All(count => count > 20)), Token).Within();

        await server.StopAtOnceAsync();

        var failures = await Task.WhenAll(load.Select(FailureOfAsync)).Within();
        Assert.All(failures, failure => Assert.True(failure is DbException or TimeoutException, $"{failure}"));
        await Assert.ThrowsAnyAsync<DbException>(() => ledger.OpenAsync("c1", Token)).Within();
        Assert.StartsWith("PostgreSQL: ", await database.ProblemAsync(Token).Within());

        await server.StartAgainAsync();
        crashing.Dispose();

        await ComesBackAsync(database).Within();
        var opened = await Task.WhenAll(clients.Select(client => ledger.OpenAsync(client, Token))).Within();
        Assert.All(opened.Zip(answered), one =>
            Assert.InRange(Assert.Single(one.First.Reserves).Reserved, one.Second, one.Second + 1));
        Assert.True(await StoredAsync(ledger).Within());
    }

    /// <summary>For a second after the last failure nothing is tried.</summary>
    private static async Task<bool> StoredAsync(IClientLedger ledger)
    {
        while (true)
        {
            try
            {
                return await ledger.ReserveAsync("c1", 2, [new("monthly", 680, 1)], Token);
            }
            catch (TimeoutException)
            {
                await Task.Yield();
            }
        }
    }

    private static async Task<Exception?> FailureOfAsync(Task task)
    {
        await task.ContinueWith(_ => { }, Token, TaskContinuationOptions.None, TaskScheduler.Default);
        return task.Exception?.InnerException;
    }

    /// <summary>The first call on each connection of before the crash may still find it broken.</summary>
    private static async Task ComesBackAsync(IDatabase database)
    {
        while (await database.ProblemAsync(Token) is not null)
        {
            // Each asking tries a connection.
        }
    }
}
