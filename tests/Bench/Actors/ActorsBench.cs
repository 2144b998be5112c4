using Microsoft.Extensions.DependencyInjection;
using Sluice.Actors.Hosting;
using Sluice.Bench.Load;

namespace Sluice.Bench.Actors;

/// <summary>One measurement.</summary>
/// <param name="Grains">How many grains were called.</param>
/// <param name="Callers">How many called at once.</param>
/// <param name="PerSecond">Calls per second.</param>
/// <param name="P50">Median from call to answer.</param>
/// <param name="P99">All but one in a hundred were not slower.</param>
/// <param name="ProcessorMicroseconds">Processor time per call, caller and grain together.</param>
/// <param name="Bytes">Bytes allocated per call, the two messages included.</param>
internal sealed record ActorsSample(
    int Grains, int Callers, double PerSecond, TimeSpan P50, TimeSpan P99, double ProcessorMicroseconds, double Bytes);

/// <summary>Calls grains of a host in this process.</summary>
internal sealed class ActorsBench : IAsyncDisposable
{
    private const int ManyGrains = 10_000;

    private readonly ServiceProvider _services;
    private readonly ActorHost _host;
    private readonly IEchoGrain[] _grains;
    private readonly TimeProvider _time;
    private readonly int _seed;

    private ActorsBench(ServiceProvider services, ActorHost host, TimeProvider time, int seed)
    {
        (_services, _host, _time, _seed) = (services, host, time, seed);
        _grains = [.. Enumerable.Range(0, ManyGrains).Select(i => host.Client.GetGrain<IEchoGrain>($"grain-{i}"))];
    }

    public static async Task<ActorsBench> StartAsync(TimeProvider time, int seed)
    {
        var services = new ServiceCollection().BuildServiceProvider();
        var host = new ActorHost(new ActorHostOptions(), new ActorHostParts
        {
            Services = services,
            GrainAssemblies = [typeof(EchoGrain).Assembly],
            Random = new Random(seed),
        });
        await host.StartAsync(CancellationToken.None);
        return new ActorsBench(services, host, time, seed);
    }

    /// <summary>Every case in every round, after a round that is not counted.</summary>
    public async Task<IReadOnlyList<ActorsSample>> RunAsync(
        int rounds, int callers, TimeSpan length, CancellationToken cancellationToken)
    {
        (int Grains, int Callers)[] cases = [(1, callers), (ManyGrains, callers), (1, 1), (ManyGrains, 1)];
        var samples = new List<ActorsSample>();
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var (grains, callersNow) in cases)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var sample = await MeasureAsync(grains, callersNow, length);
                if (round > 0)
                {
                    samples.Add(sample);
                }
            }
        }

        return samples;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _services.DisposeAsync();
    }

    private async Task<ActorsSample> MeasureAsync(int grains, int callers, TimeSpan length)
    {
        var processor = Environment.CpuUsage.TotalTime;
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var started = _time.GetTimestamp();
        var histograms = await Task.WhenAll(
            Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(grains, caller, started, length))));
        var elapsed = _time.GetElapsedTime(started);
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        processor = Environment.CpuUsage.TotalTime - processor;
        var latencies = new LatencyHistogram();
        Array.ForEach(histograms, latencies.Add);
        return new ActorsSample(
            grains,
            callers,
            latencies.Count / elapsed.TotalSeconds,
            latencies.Percentile(0.5),
            latencies.Percentile(0.99),
            processor.TotalMicroseconds / latencies.Count,
            (double)bytes / latencies.Count);
    }

    private async Task<LatencyHistogram> CallAsync(int grains, int caller, long started, TimeSpan length)
    {
        var latencies = new LatencyHistogram();
        var random = new Random(_seed + caller);
        var sequence = 0L;
        var before = _time.GetTimestamp();
        do
        {
            var grain = _grains[grains == 1 ? 0 : random.Next(grains)];
            await grain.Ask(new EchoRequest(caller, ++sequence, 1, "deepseek-chat", "secret", TimeSpan.Zero));
            var now = _time.GetTimestamp();
            latencies.Record(_time.GetElapsedTime(before, now));
            before = now;
        }
        while (_time.GetElapsedTime(started, before) < length);
        return latencies;
    }
}
