using Xunit;

namespace Sluice.Simulation.Utilisation;

/// <summary>Guards what clients pay for: exact need not mean that half of a limit is wasted.</summary>
public sealed class UtilisationTests(ITestOutputHelper output)
{
    private const int Seeds = 5;

    public static TheoryData<double, int> LatenciesAndSeeds => [
        .. from latency in UtilisationTable.Latencies
           from seed in Enumerable.Range(1, Seeds)
           select (latency.TotalSeconds, seed)];

    [Theory]
    [MemberData(nameof(LatenciesAndSeeds))]
    public void With_learned_reservations_a_limit_is_used_and_never_passed(double latency, int seed)
    {
        var run = Run(latency, Reserving.Learned, "retroactive", seed);

        Assert.InRange(run.Share, 0.95, 1.04); // A thirtieth is the first burst.
        Assert.InRange(run.Over, -100_000, 0);
        Assert.InRange(run.Debts, 1, run.Used / 20);
    }

    /// <summary>Guards plans whose limit is a hard promise: nothing is ever used beyond a reservation.</summary>
    [Theory]
    [MemberData(nameof(LatenciesAndSeeds))]
    public void With_the_cap_reserved_no_window_passes_more(double latency, int seed)
    {
        string[] exact = ["no refund", "out rule", "retroactive"];
        var runs = exact.ToDictionary(way => way, way => Run(latency, Reserving.Cap, way, seed));

        Assert.All(runs.Values, run => Assert.InRange(run.Over, -100_000, 0));
        Assert.All(runs.Values, run => Assert.Equal(0, run.Debts));
        Assert.True(runs["retroactive"].Used >= runs["out rule"].Used);
        Assert.True(runs["out rule"].Used > runs["no refund"].Used);
    }

    /// <summary>Guards the comparison: the same run is the same table.</summary>
    [Fact]
    public void The_table_follows_from_its_seed()
    {
        var table = UtilisationTable.Write(seed: 1);

        output.WriteLine(table);
        Assert.Equal(table, UtilisationTable.Write(seed: 1));
        Assert.NotEqual(table, UtilisationTable.Write(seed: 2));
    }

    private static UtilisationRun Run(double latency, Reserving reserving, string settlement, int seed) =>
        UtilisationRun.Of(new UtilisationCell(TimeSpan.FromSeconds(latency), reserving, settlement), seed);
}
