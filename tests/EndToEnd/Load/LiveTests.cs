using Sluice.EndToEnd.Hosting;
using Sluice.SimulatedPool;
using Sluice.Testing;
using Sluice.Testing.Judging;

namespace Sluice.EndToEnd.Load;

/// <summary>
/// Every limit of one client at once, on an installation in one process: a client in Node, streams, documents and
/// hang-ups, judged by the pool's own log. tests/Chaos has the same with many processes and faults.
/// </summary>
public sealed class LiveTests : IAsyncLifetime
{
    private static readonly Terms Terms = new()
    {
        // Far less than the slots let through, on a slow machine too, or the rate would refuse nobody.
        Rate = new RateTerms(Burst: 30, Amount: 6, TimeSpan.FromSeconds(1)),
        Slots = 6,
        Quota = 120,
    };

    private readonly TempFolder _folder = new();
    private SimulatedPoolServer? _pool;
    private SluiceProcess? _sluice;

    public async ValueTask InitializeAsync()
    {
        _pool = await SharedSluice.PoolAsync(new SimulatedPoolOptions
        {
            PrefillTokensPerSecond = 0,
            DecodeTokensPerSecond = 100,
            RecordedRequests = 0,
            CallLogFile = _folder.In("pool.jsonl"),
        });
        _sluice = await SluiceProcess.StartAsync(
            new SluiceSettings { Data = _folder.In("data"), Pool = _pool.Address });
    }

    public async ValueTask DisposeAsync()
    {
        if (_sluice is not null)
        {
            await _sluice.DisposeAsync();
        }

        if (_pool is not null)
        {
            await _pool.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task Every_limit_is_exact_by_the_pools_own_log()
    {
        Assert.SkipWhen(NodeLoad.WhyMissing is not null, NodeLoad.WhyMissing ?? "");
        var access = await _sluice!.Admins.NewAccessAsync(Terms.ToLimits());
        await using var load = NodeLoad.Begin([_sluice.Edge], access.Key, "one", new LoadShape(Workers: 16), seed: 1);
        await Patience.UntilAsync(
            () => Task.FromResult(load.Calls.Count(call => call.Limit == Terms.QuotaName && call.IsLimited)),
            refused => refused >= 16);

        var asked = await load.EndAsync();
        await _sluice.Admins.AllSlotsFreeAsync(access.ClientId);
        var used = (await _sluice.Admins.StateAsync(access.ClientId)).Used[Terms.QuotaName];
        var history = new History(asked, PoolEntry.Read(_folder.In("pool.jsonl"), "one"));
        var report = LiveReport.Of(history, Terms, new Counted(0, used));

        TestContext.Current.TestOutputHelper?.WriteLine($"{report}");
        Assert.Empty(report.Breaches);
        Assert.Empty(report.Failed);
        Assert.Equal((Terms.Slots, Terms.Quota), (report.Peak, report.Counted.QuotaUsed)); // Less would prove nothing.
        Assert.Equal(
            [Terms.QuotaName, Terms.RateName, Terms.SlotsName], report.Refused.Keys.Order(StringComparer.Ordinal));
        Assert.True(report.HungUp > 0, "Nobody hung up.");
    }
}
