using Sluice.Chaos.Links;
using Sluice.Chaos.Processes;
using Sluice.Testing;
using Sluice.Testing.Judging;

namespace Sluice.Chaos.Live;

/// <summary>
/// The promises of limits, from outside: one client on several edges, streams and documents, hang-ups, and something
/// that goes wrong. The pool's own log and the client's records are held against each other; docs/live-proof.md.
/// </summary>
[Collection("one cluster at a time")]
public sealed class LiveTests(LiveCluster live) : IClassFixture<LiveCluster>
{
    /// <summary>
    /// A burst that takes ten seconds to refill: an owner that forgot it would admit most of it again at once.
    /// </summary>
    private static readonly Terms Limits = new()
    {
        Rate = new RateTerms(Burst: 100, Amount: 10, TimeSpan.FromSeconds(1)),
        Slots = 8,
        Quota = 260,
    };

    public enum Fault
    {
        OwnerKilled,
        OwnerPaused,
        OwnerCutFromEdges,
        DatabaseAway,
        SilosReplaced,
    }

    public static TheoryData<Fault> Faults { get; } = [.. Enum.GetValues<Fault>()];

    [Fact]
    public async Task For_a_minute_in_which_an_edge_is_killed_every_limit_is_exact()
    {
        var cluster = await live.WholeAsync();
        var terms = Limits with { Quota = 600 }; // Used up some ten seconds before the end.
        await using var run = await LiveRun.BeginAsync(cluster, terms);
        await WaitAsync(30);
        await run.TroubleBeginsAsync(mayCrash: false);
        await cluster.Edges.First(edge => !edge.Program.HasExited).Program.KillAsync(); // The first in the list.
        await WaitAsync(30);

        var report = await run.JudgeAsync("A minute, an edge is killed");

        Assert.Empty(report.Breaches);
        Assert.All(report.FailedCalls, call => Assert.Equal(0, call.Edge)); // The others went on.
        Assert.Equal((terms.Quota, terms.Slots), (report.Counted.QuotaUsed, report.Peak)); // Less would prove nothing.
        Assert.Equal(
            [Terms.QuotaName, Terms.RateName, Terms.SlotsName], report.Refused.Keys.Order(StringComparer.Ordinal));
        Assert.True(report.HungUp > 0, "Nobody hung up.");
    }

    [Theory, MemberData(nameof(Faults))]
    public async Task Under_every_fault_no_limit_is_passed_and_nobody_is_refused_wrongly(Fault fault)
    {
        var cluster = await live.WholeAsync();
        await using var run = await LiveRun.BeginAsync(cluster, Limits);
        await WaitAsync(5);
        await run.TroubleBeginsAsync(mayCrash: fault is not (Fault.SilosReplaced or Fault.DatabaseAway));
        await MakeAsync(fault, cluster, await run.OwnerAsync());
        await WaitAsync(6);

        var report = await run.JudgeAsync($"{fault}");

        Assert.Empty(report.Breaches);
        Assert.True(report.Peak == Limits.Slots, $"At most {report.Peak} calls ran at once, which proves nothing.");
        if (fault is Fault.SilosReplaced)
        {
            Assert.Empty(report.Failed);
        }
    }

    /// <summary>
    /// Without a limit on calls at once, edges that are busy enough decide by themselves. One that is killed takes
    /// along what it had fetched: two chunks at most, each a quarter of the burst shared by three edges.
    /// </summary>
    [Fact]
    public async Task Edges_that_decide_by_themselves_pass_no_limit_and_one_that_dies_gives_nothing_away()
    {
        var cluster = await live.WholeAsync();
        var rate = new RateTerms(Burst: 400, Amount: 40, TimeSpan.FromSeconds(1));
        var before = await cluster.CountDecidedByChunkAsync();
        await using var run = await LiveRun.BeginAsync(
            cluster, new Terms
            {
                Rate = rate, Quota = 5_000, RateOut = rate.Burst / 2, QuotaWithheld = 2 * rate.Burst / 4 / 3,
            },
            workers: 64);
        await Eventually.True(
            async () => await cluster.CountDecidedByChunkAsync() > before, "An edge decides by itself.");
        await WaitAsync(8);
        await run.TroubleBeginsAsync(mayCrash: false);
        await cluster.Edges.First(edge => !edge.Program.HasExited).Program.KillAsync();
        await WaitAsync(10);

        var report = await run.JudgeAsync("Edges decide by themselves, one is killed");

        Assert.Empty(report.Breaches);
    }

    private static async Task MakeAsync(Fault fault, TestCluster cluster, Silo owner)
    {
        switch (fault)
        {
            case Fault.OwnerKilled:
                await owner.Program.KillAsync();
                await WaitAsync(9);
                break;
            case Fault.OwnerPaused:
                owner.Program.Pause();
                await WaitAsync(12);
                owner.Program.Resume();
                await owner.Program.ExitedAsync();
                break;
            case Fault.OwnerCutFromEdges:
                owner.Link.Cut(name =>
                    name.Contains("edge-", StringComparison.Ordinal) ? Direction.Forth : Direction.None);
                await WaitAsync(12);
                owner.Link.Heal();
                break;
            case Fault.DatabaseAway:
                await cluster.Database.StopAtOnceAsync();
                await WaitAsync(30);
                await cluster.Database.StartAgainAsync();
                break;
            default:
                foreach (var old in cluster.Running)
                {
                    await cluster.AddSiloAsync();
                    Assert.Equal(0, await old.Program.StopAsync());
                }

                break;
        }
    }

    private static Task WaitAsync(int seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System);
}
