using System.CommandLine;
using System.Globalization;
using Sluice.Simulation;

namespace Sluice.Bench.Simulate;

/// <summary>
/// The command line of the simulation: many seeds, as ./test runs some, or one seed again with all its events.
/// </summary>
internal static class SimulateCommand
{
    private static readonly Option<int> Seeds = NumberOption.Create("--seeds", "How many seeds.", 200, 1);
    private static readonly Option<long> From = NumberOption.Create("--from", "The first of them.", 1L, 0L);
    private static readonly Option<long?> Seed = new("--seed") { Description = "One seed, run twice." };
    private static readonly Option<bool> Trace = new("--trace") { Description = "With --seed: every event, in words." };

    public static Command Create()
    {
        var command = new Command(
            "simulate", "The cluster in one process and virtual time, with faults by a seed; docs/simulation.md.")
        {
            Seeds, From, Seed, Trace,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed) => parsed.GetValue(Seed) is { } seed
        ? RunOne(seed, parsed.GetValue(Trace))
        : RunMany(parsed.GetValue(From), parsed.GetValue(Seeds));

    private static int RunMany(long from, int count)
    {
        var started = TimeProvider.System.GetTimestamp();
        var range = SeedRange.Run(
            from, count, CancellationToken.None, report => Console.WriteLine(report.Failure + Environment.NewLine));
        foreach (var line in range.Lines())
        {
            Console.WriteLine(line);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{TimeProvider.System.GetElapsedTime(started).TotalSeconds:0} s"));
        return range.Failures.Count == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static int RunOne(long seed, bool isTraced)
    {
        var report = SimulationRun.Run(seed, isTraced ? Console.WriteLine : null);
        var again = SimulationRun.Run(seed);
        Console.WriteLine(
            report.Violation is null ? $"seed {seed} keeps every promise ({report.Mix})" : report.Failure);
        foreach (var line in report.Gaps.Lines(1))
        {
            Console.WriteLine(line);
        }

        Console.WriteLine($"trace {report.Hash}, {report.Steps} steps");
        if (report.Hash != again.Hash)
        {
            throw new BenchException($"Run again, seed {seed} has the trace {again.Hash}: something knows no seed.");
        }

        return report.Violation is null ? ExitCodes.Done : ExitCodes.Failed;
    }
}
