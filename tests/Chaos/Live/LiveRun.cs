using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Sluice.Chaos.Processes;
using Sluice.Testing;
using Sluice.Testing.Judging;

namespace Sluice.Chaos.Live;

/// <summary>One client with limits of its own, its load over all edges, and the judgement of it.</summary>
internal sealed class LiveRun : IAsyncDisposable
{
    /// <summary>How long a slot stays taken whose edge is gone.</summary>
    private static readonly TimeSpan SlotTtl = TimeSpan.FromSeconds(15);

    private static int _runs;

    private readonly TestCluster _cluster;
    private readonly NodeLoad _load;
    private readonly string _name;
    private readonly int _seed;
    private Terms _terms;
    private long _epochBefore;
    private bool _mayCrash;

    private LiveRun(TestCluster cluster, NodeLoad load, string name, string clientId, int seed, Terms terms) =>
        (_cluster, _load, _name, ClientId, _seed, _terms) = (cluster, load, name, clientId, seed, terms);

    internal string ClientId { get; }

    /// <summary>Makes the client and lets it begin.</summary>
    /// <param name="cluster">Whose edges it calls.</param>
    /// <param name="terms">What it may do.</param>
    /// <param name="shape">What it asks for; null is far more than it may.</param>
    internal static async Task<LiveRun> BeginAsync(TestCluster cluster, Terms terms, LoadShape? shape = null)
    {
        shape ??= new LoadShape(Workers: 16);
        var run = Interlocked.Increment(ref _runs);
        var seed = RandomNumberGenerator.GetInt32(1_000_000); // Printed, and another one each time.
        var name = $"live-{run}";
        var (clientId, key) = await cluster.Admin.NewClientAsync(name, terms);
        var load = NodeLoad.Begin(cluster.EdgeAddresses, key, name, shape, seed);
        var begun = new LiveRun(cluster, load, name, clientId, seed, terms);
        await Eventually.True(
            () => load.Calls.Count(call => call.Status == 200) >= shape.Workers, "The load has begun.");
        return begun;
    }

    internal Task UntilRefusedByAsync(string limit) => Eventually.True(
        () => _load.Calls.Any(call => call.IsLimited && call.Limit == limit), $"It is refused by '{limit}'.");

    /// <summary>The silo that decides for this client.</summary>
    internal async Task<Silo> OwnerAsync()
    {
        var id = (string)(await _cluster.Admin.GetAsync($"grains/client/{ClientId}"))["silo"]!;
        var silos = (await _cluster.Admin.GetAsync("cluster"))["silos"]!.AsArray();
        var name = (string)silos.Single(silo => (string)silo!["id"]! == id)!["name"]!;
        return _cluster.Running.Single(silo => silo.Program.Name == name);
    }

    /// <summary>Notes that something goes wrong from now on.</summary>
    /// <param name="mayCrash">
    /// An owner may end without a word, so that what it had stored ahead counts as used. Otherwise all stays exact.
    /// </param>
    internal async Task TroubleBeginsAsync(bool mayCrash)
    {
        _mayCrash = mayCrash;
        _epochBefore = await EpochAsync();
        _terms = _terms with { TroubleAt = Nanoseconds() };
    }

    /// <summary>Returns when the client was served again by a call that it began after now.</summary>
    internal async Task TroubleEndsAsync()
    {
        var (seen, since) = (_load.Calls.Count, Nanoseconds());
        await Eventually.True(
            () => _load.Calls.Skip(seen).Any(call => call.Status == 200 && call.Sent > since), "It is served again.");
    }

    /// <summary>What running edges have admitted without the client's silo, of all clients.</summary>
    internal async Task<long> CountAdmittedByEdgesAsync()
    {
        var sum = 0L;
        foreach (var edge in _cluster.Edges.Where(edge => !edge.Program.HasExited))
        {
            sum += await _cluster.CountAsync(edge, "sluice_degraded_admitted_total");
        }

        return sum;
    }

    /// <summary>Ends the load, waits until its slots are free or must be, and prints the figures.</summary>
    internal async Task<LiveReport> JudgeAsync(string what)
    {
        var asked = await _load.EndAsync();
        var counted = await UntilFreeAsync();
        await CountWithheldAsync();
        var history = new History(asked, PoolEntry.Read(_cluster.PoolLogFile, _name));
        var report = LiveReport.Of(history, _terms, counted);
        Print($"{what} (seed {_seed}): {report}");
        foreach (var breach in report.Breaches.Take(10))
        {
            Print($"{what}: {breach}");
        }

        return report;
    }

    public ValueTask DisposeAsync() => _load.DisposeAsync();

    /// <summary>
    /// What the client has in use when its slots are free and its count stands still, or 15 s from now: what an edge
    /// had fetched and not spent goes back as well.
    /// </summary>
    private async Task<Counted> UntilFreeAsync()
    {
        var ended = TimeProvider.System.GetTimestamp();
        var before = new Counted(-1, -1);
        while (true)
        {
            var isLate = TimeProvider.System.GetElapsedTime(ended) >= SlotTtl;
            var state = await StateAsync();
            var counted = new Counted(
                state["slots"]!.AsArray().Count,
                state["limits"]!.AsArray().Where(limit => (string)limit!["name"]! == Terms.QuotaName)
                    .Sum(limit => (long)limit!["used"]!));
            if ((counted.SlotsTaken == 0 && counted == before) || isLate)
            {
                return counted;
            }

            before = counted;
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        }
    }

    private Task<JsonNode> StateAsync() => _cluster.Admin.GetAsync($"clients/{ClientId}/state");

    private async Task<long> EpochAsync() => (long)(await StateAsync())["epoch"]!;

    /// <summary>
    /// Each owner that began after a crash counts as used what the one before had stored ahead: an eighth of a rate,
    /// and of a quota a hundredth and the call that is being decided on.
    /// </summary>
    private async Task CountWithheldAsync()
    {
        if (_mayCrash)
        {
            var openings = await EpochAsync() - _epochBefore;
            _terms = _terms with
            {
                RateWithheld = openings * ((_terms.Rate?.Burst ?? 0) / 8 + 1),
                QuotaWithheld = openings * ((_terms.Quota ?? 0) / 100 + 1),
            };
        }
    }

    private static long Nanoseconds() =>
        (long)(TimeProvider.System.GetTimestamp() * (Int128)1_000_000_000 / TimeProvider.System.TimestampFrequency);

    private static void Print(string text)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        TestContext.Current.SendDiagnosticMessage(text);
    }
}
