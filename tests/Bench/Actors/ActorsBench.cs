using Microsoft.Extensions.DependencyInjection;
using Sluice.Actors.Hosting;
using Sluice.Bench.Load;
using Sluice.Bench.Processes;
using Sluice.Testing;

namespace Sluice.Bench.Actors;

/// <summary>Where the called grains are.</summary>
internal enum ActorsPlace
{
    /// <summary>In the process of the callers.</summary>
    InProcess,

    /// <summary>In a silo of its own process on this machine.</summary>
    AcrossProcesses,
}

/// <summary>One measurement.</summary>
/// <param name="Place">Where the grains were.</param>
/// <param name="Grains">How many grains were called.</param>
/// <param name="Callers">How many called at once.</param>
/// <param name="PerSecond">Calls per second.</param>
/// <param name="P50">Median from call to answer.</param>
/// <param name="P99">All but one in a hundred were not slower.</param>
/// <param name="ProcessorMicroseconds">Processor time per call, caller and grain together.</param>
/// <param name="Bytes">Bytes allocated per call, the two messages included.</param>
internal sealed record ActorsSample(
    ActorsPlace Place, int Grains, int Callers, double PerSecond, TimeSpan P50, TimeSpan P99,
    double ProcessorMicroseconds, double Bytes);

/// <summary>Calls grains of one place.</summary>
internal sealed class ActorsBench : IAsyncDisposable
{
    private const int ManyGrains = 10_000;

    private readonly ActorsPlace _place;
    private readonly ServiceProvider _services;
    private readonly ActorHost _host;
    private readonly ServerProcess? _silo;
    private readonly IEchoGrain[] _grains;
    private readonly TimeProvider _time;
    private readonly int _seed;

    private ActorsBench(
        ActorsPlace place, ServiceProvider services, ActorHost host, ServerProcess? silo, TimeProvider time, int seed)
    {
        (_place, _services, _host, _silo, _time, _seed) = (place, services, host, silo, time, seed);
        _grains = [.. Enumerable.Range(0, ManyGrains).Select(i => host.Client.GetGrain<IEchoGrain>($"grain-{i}"))];
    }

    /// <summary>Starts a silo in a process of its own, and becomes its client.</summary>
    public static async Task<ActorsBench> StartAcrossAsync(
        TimeProvider time, int seed, CancellationToken cancellationToken)
    {
        var (silo, line) = await ServerProcess.StartAsync(
            "tests/Bench", [ActorsSilo.CommandName], ActorsSilo.ReadyText, cancellationToken);
        var services = new ServiceCollection()
            .AddActorClient(_ => new ClusterClientOptions { Seeds = { line.Split(' ')[^1] } })
            .BuildServiceProvider();
        var host = services.GetRequiredService<ActorHost>();
        await host.StartAsync(cancellationToken);
        await Eventually.True(() => host.IsConnected, "The silo lets its client in.");
        return new ActorsBench(ActorsPlace.AcrossProcesses, services, host, silo, time, seed);
    }

    /// <summary>Starts a host in this process.</summary>
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
        return new ActorsBench(ActorsPlace.InProcess, services, host, null, time, seed);
    }

    /// <summary>Every case once.</summary>
    public async Task<IReadOnlyList<ActorsSample>> RunAsync(
        int callers, TimeSpan length, CancellationToken cancellationToken)
    {
        (int Grains, int Callers)[] cases = [(1, callers), (ManyGrains, callers), (1, 1), (ManyGrains, 1)];
        var samples = new List<ActorsSample>();
        foreach (var (grains, callersNow) in cases)
        {
            cancellationToken.ThrowIfCancellationRequested();
            samples.Add(await MeasureAsync(grains, callersNow, length));
        }

        return samples;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _services.DisposeAsync();
        if (_silo is not null)
        {
            await _silo.DisposeAsync();
        }
    }

    private async Task<ActorsSample> MeasureAsync(int grains, int callers, TimeSpan length)
    {
        var processor = Processor();
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var started = _time.GetTimestamp();
        var histograms = await Task.WhenAll(
            Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(grains, caller, started, length))));
        var elapsed = _time.GetElapsedTime(started);
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        processor = Processor() - processor;
        var latencies = new LatencyHistogram();
        Array.ForEach(histograms, latencies.Add);
        return new ActorsSample(
            _place,
            grains,
            callers,
            latencies.Count / elapsed.TotalSeconds,
            latencies.Percentile(0.5),
            latencies.Percentile(0.99),
            processor.TotalMicroseconds / latencies.Count,
            (double)bytes / latencies.Count);
    }

    private TimeSpan Processor() =>
        Environment.CpuUsage.TotalTime + (_silo is null ? TimeSpan.Zero : ProcessorTime.Of(_silo.Id));

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
