using Sluice.Bench.Load;
using Sluice.Bench.Processes;

namespace Sluice.Bench.Edge;

/// <summary>
/// Loads the targets in turns, round by round: what disturbs the machine for a while disturbs all of them, and each is
/// compared only to the others of its round. Every second round goes backwards, so that none always follows the same.
/// </summary>
internal sealed class EdgeBench(EdgeServers servers, EdgeSettings settings, TimeProvider time)
{
    /// <summary>
    /// Until the just-in-time compiler has seen which paths are hot and has compiled them again: it does so in steps,
    /// and on two cores it is at work for tens of thousands of requests.
    /// </summary>
    private const int WarmUpRounds = 2;

    private static readonly TimeSpan WarmUpMin = TimeSpan.FromSeconds(8);

    private readonly LoadGenerator _load = new(time);

    /// <summary>The section with many connections, then the one with a single one.</summary>
    public IReadOnlyList<EdgeSection> Run(CancellationToken cancellationToken) =>
        settings.Connections == 1
            ? [RunSection(1, cancellationToken)]
            : [RunSection(settings.Connections, cancellationToken), RunSection(1, cancellationToken)];

    private EdgeSection RunSection(int connections, CancellationToken cancellationToken)
    {
        var warmUp = settings.Length > WarmUpMin ? settings.Length : WarmUpMin;
        var samples = new List<EdgeSample>();
        for (var round = 1 - WarmUpRounds; round <= settings.Rounds; round++)
        {
            var order = round % 2 != 0 ? servers.Targets : servers.Targets.Reverse();
            foreach (var target in order)
            {
                var length = round < 1 ? warmUp : settings.Length;
                var sample = Measure(target, round, new Load(connections, length), cancellationToken);
                Tell(sample, connections);
                if (round >= 1)
                {
                    samples.Add(sample);
                }
            }
        }

        var places = servers.Targets.Select((target, place) => (target.Name, place)).ToDictionary();
        return new EdgeSection(connections, [.. samples.OrderBy(sample => places[sample.Target])]);
    }

    private EdgeSample Measure(EdgeTarget target, int round, Load load, CancellationToken cancellationToken)
    {
        var before = default(Used);
        var result = _load.Run(
            target.Load, load.Connections, load.Length, () => before = Use(target), cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var after = Use(target);
        var requests = Math.Max(1, result.Requests);
        var ours = after.Ours - before.Ours;
        var machine = result.Elapsed * Environment.ProcessorCount;
        return new EdgeSample(
            target.Name,
            round,
            result.PerSecond,
            result.Latencies.Percentile(0.5),
            result.Latencies.Percentile(0.9),
            result.Latencies.Percentile(0.99),
            ours / requests,
            (after.Own - before.Own) / requests,
            Math.Max(0, (after.Machine - before.Machine - ours) / machine),
            result.Failures,
            result.FirstFailure);
    }

    private Used Use(EdgeTarget target)
    {
        var pool = ProcessorTime.Of(servers.Pool.Id);
        var proxy = target.Own.Aggregate(TimeSpan.Zero, (sum, process) => sum + ProcessorTime.Of(process.Id));
        var own = target.Own.Count == 0 ? pool : proxy;
        return new Used(Environment.CpuUsage.TotalTime + pool + proxy, own, ProcessorTime.OfMachine());
    }

    private static void Tell(EdgeSample sample, int connections)
    {
        var round = sample.Round < 1 ? "warm-up" : $"round {sample.Round}";
        Console.Error.WriteLine(
            $"{EdgeTable.Connections(connections)}, {round}, {sample.Target}: {sample.PerSecond:F0}/s, p50 "
            + $"{sample.P50.TotalMicroseconds:F0} µs, {sample.Processor.TotalMicroseconds:F1} CPU µs per request");
        if (sample.Failures > 0)
        {
            Console.Error.WriteLine(
                $"{sample.Target}: {sample.Failures} requests FAILED, the first: {sample.FirstFailure}");
        }
    }

    private readonly record struct Load(int Connections, TimeSpan Length);

    /// <summary>Processor time so far: of the processes that take part, of the proxy alone, of the machine.</summary>
    private readonly record struct Used(TimeSpan Ours, TimeSpan Own, TimeSpan Machine);
}
