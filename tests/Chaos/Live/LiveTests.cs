using System.Globalization;
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
        Rate = new RateTerms(Burst: 60, Amount: 6, TimeSpan.FromSeconds(1)),
        Slots = 8,
        Quota = 1_000,
    };

    private static readonly RateTerms Tokens = new(Burst: 2_000, Amount: 150, TimeSpan.FromSeconds(1));

    private const string Decisions = "sluice_admission_decisions_total";
    private const string ByChunk = "decided_by=\"chunk\"";

    public enum Fault
    {
        OwnerKilled,
        OwnerPaused,
        OwnerCutFromEdges,
        SilosReplaced,
    }

    public static TheoryData<Fault> Faults { get; } = [.. Enum.GetValues<Fault>()];

    [Fact]
    public async Task For_a_minute_in_which_an_edge_is_killed_every_limit_is_exact()
    {
        var cluster = await live.WholeAsync();
        var terms = Limits with { Quota = 360 }; // Used up some ten seconds before the end.
        await using var run = await LiveRun.BeginAsync(cluster, terms);
        await using var tokens = await LiveRun.BeginAsync(
            cluster, new Terms { Tokens = Tokens }, new LoadShape(Workers: 6) { LongShare = 0.01 });
        await WaitAsync(30);
        await run.TroubleBeginsAsync(mayCrash: false);
        await cluster.Edges.First(edge => !edge.Program.HasExited).Program.KillAsync(); // The first in the list.
        await WaitAsync(30);

        var report = await run.JudgeAsync("A minute, an edge is killed");
        var ofTokens = await tokens.JudgeAsync("A minute, an edge is killed, limited in tokens");

        Assert.Empty(report.Breaches);
        Assert.All(report.FailedCalls, call => Assert.Equal(0, call.Edge)); // The others went on.
        Assert.Equal((terms.Quota, terms.Slots), (report.Counted.QuotaUsed, report.Peak)); // Less would prove nothing.
        Assert.Equal(
            [Terms.QuotaName, Terms.RateName, Terms.SlotsName], report.Refused.Keys.Order(StringComparer.Ordinal));
        Assert.True(report.HungUp > 0, "Nobody hung up.");
        Assert.Empty(ofTokens.Breaches);
        Assert.Equal([Terms.TokensName], ofTokens.Refused.Keys);
        Assert.True(ofTokens.Tokens > Tokens.Burst + 20 * Tokens.Amount, "Most of what the limit allows was not used.");
    }

    [Theory, MemberData(nameof(Faults))]
    public async Task Under_every_fault_no_limit_is_passed_and_nobody_is_refused_wrongly(Fault fault)
    {
        var cluster = await live.WholeAsync();
        await using var run = await LiveRun.BeginAsync(cluster, Limits);
        await run.UntilRefusedByAsync(Terms.RateName); // Its burst is spent, and most is to be lost.
        await run.TroubleBeginsAsync(mayCrash: fault is not Fault.SilosReplaced);
        await MakeAsync(fault, cluster, await run.OwnerAsync());
        await run.TroubleEndsAsync();
        await WaitAsync(4);

        var report = await run.JudgeAsync($"{fault}");

        Assert.Empty(report.Breaches);
        Assert.True(report.Peak == Limits.Slots, $"At most {report.Peak} calls ran at once, which proves nothing.");
        if (fault is Fault.SilosReplaced or Fault.OwnerCutFromEdges)
        {
            Assert.Empty(report.Failed);
        }
    }

    /// <summary>
    /// What is stored ahead of use is spent, and no more: of a rate what refills in a sixteenth of its burst's time, at
    /// the least, which is a second for the small limits and minutes for those by the hour. 15 s after the last answer
    /// of the database nobody can know whether a silo still speaks for a client's slots; then a strict plan is refused,
    /// and a lenient one is not.
    /// </summary>
    [Fact]
    public async Task While_the_database_is_away_lenient_plans_are_served_and_no_limit_is_passed()
    {
        var cluster = await live.WholeAsync();
        var large = new Terms
        {
            Rate = new RateTerms(Burst: 36_000, Amount: 36_000, TimeSpan.FromHours(1)), Slots = 12, IsLenient = true,
        };
        await using var small = await LiveRun.BeginAsync(cluster, Limits);
        var shape = new LoadShape(Workers: 4) { LongShare = 0 };
        await using var strict = await LiveRun.BeginAsync(cluster, large with { IsLenient = false }, shape);
        await using var lenient = await LiveRun.BeginAsync(cluster, large, shape);
        LiveRun[] runs = [small, strict, lenient];
        foreach (var run in runs)
        {
            await run.TroubleBeginsAsync(mayCrash: false);
        }

        await cluster.Database.StopAtOnceAsync();
        await WaitAsync(30);
        await cluster.Database.StartAgainAsync();
        await Task.WhenAll(runs.Select(run => run.TroubleEndsAsync()));

        var ofSmall = await small.JudgeAsync("The database is away, small limits");
        var ofStrict = await strict.JudgeAsync("The database is away, large limits, strict");
        var ofLenient = await lenient.JudgeAsync("The database is away, large limits, lenient");
        Assert.All([ofSmall, ofStrict, ofLenient], report => Assert.Empty(report.Breaches));
        Assert.Empty(ofLenient.Failed);
        Assert.All(ofStrict.FailedCalls, call => Assert.Equal(503, call.Status));
        Assert.InRange(ofStrict.LongestGap, TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(25)); // 30 s less 10 to 15.
    }

    /// <summary>
    /// The load is far within the limits, so that edges are not held by anything but their budgets: two seconds of the
    /// rate, shared by three.
    /// </summary>
    [Fact]
    public async Task With_a_plan_that_is_open_no_request_fails_when_the_clients_silo_is_killed()
    {
        var cluster = await live.WholeAsync();
        var rate = new RateTerms(Burst: 300, Amount: 90, TimeSpan.FromSeconds(1));
        await using var run = await LiveRun.BeginAsync(
            cluster, new Terms { Rate = rate, Quota = 5_000, IsOpen = true }, new LoadShape(Workers: 6));
        await WaitAsync(5);
        var before = await run.CountAdmittedByEdgesAsync();
        await run.TroubleBeginsAsync(mayCrash: true);
        await (await run.OwnerAsync()).Program.KillAsync();
        await run.TroubleEndsAsync();
        await WaitAsync(5);

        var byEdges = await run.CountAdmittedByEdgesAsync() - before;
        var report = await run.JudgeAsync(
            string.Create(CultureInfo.InvariantCulture, $"Open, the owner is killed ({byEdges} admitted by edges)"));

        Assert.Empty(report.Breaches); // Of the rate too: what is let through in an outage was owed and is refilled.
        Assert.Empty(report.Failed);
        Assert.Empty(report.Refused);
        Assert.InRange(byEdges, 0, 2 * rate.Amount); // None, when another silo has the client within a second.
    }

    /// <summary>
    /// Without a limit on calls at once, edges that are busy enough decide by themselves. One that is killed takes
    /// along what it had fetched: two chunks at most, each a quarter of the burst shared by three edges. Its client
    /// rests now and then, because of a limit that is spent nothing can be fetched.
    /// </summary>
    [Fact]
    public async Task Edges_that_decide_by_themselves_pass_no_limit_and_one_that_dies_gives_nothing_away()
    {
        var cluster = await live.WholeAsync();
        var rate = new RateTerms(Burst: 400, Amount: 100, TimeSpan.FromSeconds(1));
        await using var run = await LiveRun.BeginAsync(
            cluster,
            new Terms { Rate = rate, Quota = 5_000, RateOut = rate.Burst / 2, QuotaWithheld = 2 * rate.Burst / 4 / 3 },
            new LoadShape(Workers: 48)
            {
                LongShare = 0.005, ShortTokens = 6, Wave = TimeSpan.FromSeconds(4),
            });
        await WaitAsync(8);
        var edge = cluster.Edges.First(edge => !edge.Program.HasExited);
        await run.TroubleBeginsAsync(mayCrash: false);
        var before = await cluster.CountAsync(edge, Decisions, ByChunk);
        await Eventually.True(
            async () => await cluster.CountAsync(edge, Decisions, ByChunk) > before, "The edge decides by itself.");
        await edge.Program.KillAsync();
        await WaitAsync(8);

        var byChunks = 0L;
        foreach (var other in cluster.Edges.Where(other => !other.Program.HasExited))
        {
            byChunks += await cluster.CountAsync(other, Decisions, ByChunk);
        }

        var report = await run.JudgeAsync(string.Create(
            CultureInfo.InvariantCulture, $"Edges decide by themselves, one is killed ({byChunks} by the others)"));

        Assert.Empty(report.Breaches);
        Assert.True(report.Refused.GetValueOrDefault(Terms.RateName) > 0, "The limit was never reached.");
        Assert.True(byChunks > 0, "No edge decided by itself.");
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
