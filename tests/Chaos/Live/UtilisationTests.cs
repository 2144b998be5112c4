using System.Globalization;
using System.Security.Cryptography;
using Sluice.Chaos.Processes;
using Sluice.Testing;
using Sluice.Testing.Judging;

namespace Sluice.Chaos.Live;

/// <summary>
/// Guards what clients pay for, from outside: a limit in tokens is exact, and yet nothing of it is wasted, though it
/// is not known before how long the answers are. Two rows of the table in docs/limits.md, twenty times as fast.
/// </summary>
[Collection("one cluster at a time")]
public sealed class UtilisationTests
{
    private const int Faster = 20;
    private const long Input = 500;
    private const long Cap = 4_500;
    private const double Overload = 1.5;
    private const double LeastShare = 0.95;

    // The burst is part of what is used; in the time of twenty periods that is a twentieth.
    private const double MostShare = 1.06;

    private static readonly RateTerms Rate = new(100_000, 100_000, TimeSpan.FromMinutes(1) / Faster);
    private static readonly TimeSpan Length = 20 * Rate.Period;
    private static readonly TimeSpan[] Latencies = [TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(40)];

    [Fact]
    public async Task With_learned_reservations_a_limit_in_tokens_is_used_and_never_passed()
    {
        Assert.SkipWhen(PostgreSqlServer.WhyMissing is not null, PostgreSqlServer.WhyMissing ?? "");
        Assert.SkipWhen(NodeLoad.WhyMissing is not null, NodeLoad.WhyMissing ?? "");
        await using var cluster = await TestCluster.StartAsync(
            silos: 1, edges: 1, "--batch", "1024", "--answer-tokens-min", "1", "--answer-tokens-max", "1");

        var uses = await Task.WhenAll(Latencies.Select((latency, i) => UseAsync(cluster, $"cell-{i + 1}", latency)));

        Assert.All(uses, use => Assert.Equal((0, 0), (use.Failed, use.Over)));
        Assert.All(uses, use => Assert.InRange(use.Share, LeastShare, MostShare));
        Assert.All(uses, use => Assert.True(use.Refused > 0 && use.Beyond > 0, "The load proves nothing."));
    }

    private static async Task<Use> UseAsync(TestCluster cluster, string name, TimeSpan latency)
    {
        var terms = new Terms { Tokens = Rate, LearnsOutput = true };
        var (_, key) = await cluster.Admin.NewClientAsync(name, terms);
        var shape = new ArrivalShape(0, latency / Faster, Input, Cap);
        shape = shape with { PerSecond = Overload * Rate.Amount / Rate.Period.TotalSeconds / (Input + shape.Mean) };
        var seed = RandomNumberGenerator.GetInt32(1_000_000); // Printed, and another one each time.
        await using var load = NodeLoad.Begin(cluster.EdgeAddresses[0], key, name, shape, seed);
        await Task.Delay(Length, TimeProvider.System);
        var asked = await load.EndAsync();
        var history = new History(asked, PoolEntry.Read(cluster.PoolLogFile, name));
        var reserved = await ReservedAsync(cluster, asked);
        var use = Use.Of(history, reserved);
        var printed = string.Create(
            CultureInfo.InvariantCulture, $"{latency.TotalSeconds} s / {Faster}, learned (seed {seed}): {use}");
        TestContext.Current.TestOutputHelper?.WriteLine(printed);
        TestContext.Current.SendDiagnosticMessage(printed);
        return use;
    }

    /// <summary>What each admitted call had reserved of the limit, by its mark.</summary>
    private static async Task<Dictionary<string, long>> ReservedAsync(
        TestCluster cluster, IEnumerable<ClientEntry> asked)
    {
        var reserved = new Dictionary<string, long>();
        foreach (var call in asked.Where(call => call.Status == 200))
        {
            var decision = await cluster.Admin.GetAsync($"decisions/{call.Decision}");
            reserved[call.Mark] = (long)decision["limits"]!.AsArray()
                .Single(limit => (string)limit!["name"]! == Terms.TokensName)!["cost"]!;
        }

        return reserved;
    }

    /// <param name="Share">Of what the rate adds in the time of the load, what calls of that time used.</param>
    /// <param name="Over">
    /// Tokens that the worst window had too much, by what calls used of their reservations; 0 is none.
    /// </param>
    /// <param name="Beyond">Tokens used beyond reservations, which no limit can refuse any more.</param>
    /// <param name="Admitted">Calls at the pool.</param>
    /// <param name="Refused">Calls that the limit refused.</param>
    /// <param name="Failed">All others.</param>
    /// <param name="Median">The time that an admitted call took.</param>
    /// <param name="Slowest">The longest such time.</param>
    private sealed record Use(
        double Share, long Over, long Beyond, int Admitted, int Refused, int Failed, TimeSpan Median, TimeSpan Slowest)
    {
        internal static Use Of(History history, Dictionary<string, long> reserved)
        {
            var calls = history.Asked;
            var time = calls.Max(call => call.Sent) - calls.Min(call => call.Sent);
            var allowed = (double)Rate.Amount * time / (Rate.Period.Ticks * 100);
            var admitted = calls.Where(call => call.Status == 200);
            var times = admitted.Select(call => call.Ended - call.Sent).Order().ToArray();
            return new Use(
                history.Pooled.Sum(call => call.Tokens) / allowed,
                Math.Max(0, RateLaw.Excess(
                    history.Admitted(call => Math.Min(call.Tokens, reserved[call.Mark])), Rate, out _)),
                history.Pooled.Sum(call => Math.Max(0, call.Tokens - reserved[call.Mark])),
                history.Pooled.Count,
                calls.Count(call => call.IsLimited),
                calls.Count(call => !call.IsLimited && call.Status != 200),
                new TimeSpan(times[times.Length / 2] / 100),
                new TimeSpan(times[^1] / 100));
        }

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{Share * 100:F1} % used, {Over} over, {Beyond} tokens beyond reservations, "
            + $"{Admitted} calls admitted, {Refused} refused, {Failed} failed; "
            + $"median {Median.TotalSeconds:F2} s, slowest {Slowest.TotalSeconds:F2} s");
    }
}
