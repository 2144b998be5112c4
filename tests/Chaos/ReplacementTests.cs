namespace Sluice.Chaos;

/// <summary>Silos and edges that come and go as planned.</summary>
public sealed class ReplacementTests : ChaosTest
{
    [Fact]
    public async Task A_silo_that_joins_takes_its_share_and_no_request_fails()
    {
        await using var cluster = await StartAsync();

        var report = await ThroughAsync(cluster, "A fourth silo joins", cluster.AddSiloAsync);

        Assert.Equal(0, report.Failed);
    }

    [Fact]
    public async Task A_silo_that_is_stopped_as_planned_costs_no_request()
    {
        await using var cluster = await StartAsync();

        var report = await ThroughAsync(cluster, "A silo is stopped", async () =>
            Assert.Equal(0, await cluster.Silos[0].Program.StopAsync()));

        Assert.Equal(0, report.Failed);
    }

    [Fact]
    public async Task All_silos_are_replaced_one_by_one_at_new_addresses_and_no_request_fails()
    {
        await using var cluster = await StartAsync();

        var report = await ThroughAsync(cluster, "All silos are replaced", async () =>
        {
            foreach (var old in cluster.Silos.ToArray())
            {
                await cluster.AddSiloAsync();
                Assert.Equal(0, await old.Program.StopAsync());
            }
        });

        Assert.Equal(0, report.Failed);
    }
}
