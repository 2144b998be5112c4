using System.Diagnostics;
using Xunit;

namespace Sluice.Simulation;

/// <summary>
/// Guards that a seed which fails anywhere can be seen again everywhere. The trace is compared by its hash, which goes
/// over every step and every event.
/// </summary>
public sealed class DeterminismTests(ITestOutputHelper output)
{
    /// <summary>Rough ones and gentle ones.</summary>
    private static readonly long[] Seeds = [1, 2, 3, 4, 5, 6];

    private static readonly Lazy<List<string>> First = new(Traces);

    /// <summary>
    /// Guards against whatever differs between a process that has just begun and one that has run for a while: what
    /// the runtime has compiled anew meanwhile, what is kept in statics.
    /// </summary>
    [Fact]
    public void A_seed_gives_the_same_trace_each_time_in_one_process() => Assert.Equal(First.Value, Traces());

    [Fact]
    public void Seeds_differ_in_their_traces()
    {
        output.WriteLine(string.Join(' ', First.Value)); // Read by the test below, in another process.

        Assert.Equal(Seeds.Length, First.Value.Select(trace => trace.Split(':')[1]).Distinct().Count());
    }

    /// <summary>Guards against whatever differs between processes: hash codes of texts, above all.</summary>
    [Fact]
    public async Task A_seed_gives_the_same_trace_in_two_processes()
    {
        var own = Path.Combine(AppContext.BaseDirectory, "Sluice.Simulation");
        using var other = Process.Start(new ProcessStartInfo(own)
        {
            ArgumentList =
            {
                "-method", $"*{nameof(Seeds_differ_in_their_traces)}", "-showLiveOutput",
                "-noColor",
            },
            RedirectStandardOutput = true,
        })!;
        var printed = await other.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromMinutes(8), TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Contains(string.Join(' ', First.Value), printed, StringComparison.Ordinal);
    }

    private static List<string> Traces() => [.. Seeds.Select(seed => $"{seed}:{SimulationRun.Run(seed).Hash}")];
}
