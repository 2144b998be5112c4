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

    [Fact]
    public void A_seed_gives_the_same_trace_each_time_in_one_process()
    {
        var traces = Traces();

        output.WriteLine(traces); // Read by the test below, in another process.
        Assert.Equal(traces, Traces());
    }

    [Fact]
    public void Seeds_differ_in_their_traces()
    {
        var hashes = Seeds.Select(seed => SimulationRun.Run(seed).Hash).ToList();

        Assert.Equal(hashes.Count, hashes.Distinct().Count());
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
                "-method", $"*{nameof(A_seed_gives_the_same_trace_each_time_in_one_process)}", "-showLiveOutput",
                "-noColor",
            },
            RedirectStandardOutput = true,
        })!;
        var printed = await other.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromMinutes(3), TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Contains(Traces(), printed, StringComparison.Ordinal);
    }

    private static string Traces() =>
        string.Join(' ', Seeds.Select(seed => $"{seed}:{SimulationRun.Run(seed).Hash}"));
}
