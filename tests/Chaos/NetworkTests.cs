using Sluice.Chaos.Links;
using Sluice.Chaos.Processes;
using Sluice.Testing;

namespace Sluice.Chaos;

/// <summary>
/// The network between two roles is cut for 12 s, in one direction. Bytes vanish without a sign, and new connections
/// hear nothing.
/// </summary>
public sealed class NetworkTests(StandingCluster standing) : ChaosTest, IClassFixture<StandingCluster>
{
    /// <summary>An edge waits 8 s for a decision; the rest is this machine's.</summary>
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan CutFor = TimeSpan.FromSeconds(12);

    public enum Pair
    {
        ClientsAndEdges,
        EdgesAndPool,
        EdgesAndOneSilo,
        SilosAndOneSilo,
        OneSiloAndDatabase,
        OperatorsAndSilos,
    }

    public static TheoryData<Pair, string> Cuts { get; } =
        new(from pair in Enum.GetValues<Pair>() from direction in new[] { "Forth", "Back" } select (pair, direction));

    [Theory, MemberData(nameof(Cuts))]
    public async Task A_cut_in_one_direction_for_12_s_kills_nobody_who_can_be_reached_and_heals(
        Pair pair, string direction)
    {
        var cluster = await standing.WithThreeSilosAsync();
        var cut = Enum.Parse<Direction>(direction);

        var report = await ThroughAsync(cluster, $"{pair} cut {direction} for 12 s", async () =>
        {
            Cut(cluster, pair, cut);
            await Task.Delay(CutFor, TimeProvider.System);
            Heal(cluster);
        });

        // A pool or an edge that cannot be reached is waited for. Everything else is decided within its deadline.
        if (pair is not (Pair.ClientsAndEdges or Pair.EdgesAndPool))
        {
            Assert.True(report.Slowest <= LongestAnswer, $"A request hung for {report.Slowest}.");
        }

        // Nobody is far from a silo that is well, so none of these is the clients' trouble.
        if (pair is Pair.EdgesAndOneSilo or Pair.OneSiloAndDatabase or Pair.OperatorsAndSilos)
        {
            Assert.Equal(0, report.Failed);
        }

        await Eventually.True(
            async () => await cluster.CountSilosAsync() == cluster.Running.Count,
            "Every silo that runs is in the view.");
    }

    private static void Cut(TestCluster cluster, Pair pair, Direction direction)
    {
        var one = cluster.Running[0];
        switch (pair)
        {
            case Pair.ClientsAndEdges:
                cluster.Edges[0].Link.Cut(_ => direction);
                break;
            case Pair.EdgesAndPool:
                cluster.PoolLink.Cut(_ => direction);
                break;
            case Pair.EdgesAndOneSilo:
                one.Link.Cut(name => name.Contains("edge-", StringComparison.Ordinal) ? direction : Direction.None);
                break;
            case Pair.SilosAndOneSilo:
                one.Link.Cut(name => name.Contains("silo-", StringComparison.Ordinal) ? direction : Direction.None);
                break;
            case Pair.OneSiloAndDatabase:
                one.DatabaseLink.Cut(_ => direction);
                break;
            default:
                one.AdminLink.Cut(_ => direction);
                break;
        }
    }

    private static void Heal(TestCluster cluster)
    {
        cluster.PoolLink.Heal();
        foreach (var edge in cluster.Edges)
        {
            edge.Link.Heal();
        }

        foreach (var silo in cluster.Silos)
        {
            silo.Link.Heal();
            silo.AdminLink.Heal();
            silo.DatabaseLink.Heal();
        }
    }
}
