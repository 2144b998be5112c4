using Sluice.Testing;

namespace Sluice.Chaos;

/// <summary>The database goes away and comes back.</summary>
public sealed class DatabaseTests : ChaosTest
{
    [Fact]
    public async Task A_database_that_is_restarted_costs_no_request_of_clients_that_are_active()
    {
        await using var cluster = await StartAsync();

        var report = await ThroughAsync(cluster, "PostgreSQL is restarted", async () =>
        {
            await cluster.Database.StopAtOnceAsync();
            await cluster.Database.StartAgainAsync();
        });

        Assert.Equal(0, report.Failed);
        Assert.All(cluster.Silos, silo => Assert.False(silo.Program.HasExited, silo.Program.Output));
    }

    [Fact]
    public async Task A_database_that_is_away_for_30_s_kills_no_silo()
    {
        await using var cluster = await StartAsync();

        var report = await ThroughAsync(cluster, "PostgreSQL is away for 30 s", async () =>
        {
            await cluster.Database.StopAtOnceAsync();
            await Task.Delay(TimeSpan.FromSeconds(30), TimeProvider.System);
            await cluster.Database.StartAgainAsync();
        });

        Assert.Equal(0, report.Failed);
        Assert.All(cluster.Silos, silo => Assert.False(silo.Program.HasExited, silo.Program.Output));

        // Nobody was declared dead either: a silo joins, and finds all the others.
        await cluster.AddSiloAsync();
        await Eventually.True(async () => await cluster.CountSilosAsync() == 4, "Four silos are in the view.");
    }
}
