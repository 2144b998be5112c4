using System.Collections.Concurrent;
using System.Globalization;
using Sluice.Simulation.Judging;

namespace Sluice.Simulation;

/// <summary>Many seeds, as many beside each other as there are processors.</summary>
internal sealed class SeedRange
{
    private readonly ConcurrentDictionary<long, SimulationReport> _reports = new();

    /// <summary>What to print of each seed that broke a promise, by seed.</summary>
    internal IReadOnlyList<string> Failures =>
        [.. from report in Reports where report.Violation is not null select report.Failure];

    /// <summary>By seed.</summary>
    internal IReadOnlyList<SimulationReport> Reports => [.. _reports.Values.OrderBy(report => report.Seed)];

    /// <param name="from">The first seed.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Ends it after the seeds that run.</param>
    /// <param name="failed">Told at once of each seed that broke a promise; any thread.</param>
    internal static SeedRange Run(
        long from, int count, CancellationToken cancellationToken, Action<SimulationReport>? failed = null)
    {
        var range = new SeedRange();
        var options = new ParallelOptions
        {
            CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount,
        };
        Parallel.For(from, from + count, options, seed =>
        {
            var report = SimulationRun.Run(seed);
            range._reports[seed] = report;
            if (report.Violation is not null)
            {
                failed?.Invoke(report);
            }
        });
        return range;
    }

    /// <summary>What was done, and how far known gaps go.</summary>
    internal IEnumerable<string> Lines()
    {
        var reports = Reports;
        var gaps = new Gaps();
        foreach (var report in reports)
        {
            gaps.Add(report.Gaps);
        }

        return gaps.Lines(reports.Count).Prepend(string.Create(
            CultureInfo.InvariantCulture,
            $"simulation: {reports.Count} seeds, {reports.Count(report => report.IsGentle)} of them gentle, "
            + $"{reports.Sum(report => report.Simulated.TotalHours):0.0} hours, "
            + $"{reports.Sum(report => report.Steps) / 1e6:0.0} million steps; "
            + $"{reports.Sum(report => report.Asked)} calls, "
            + $"{reports.Sum(report => report.Begun)} of them at the pool, "
            + $"{reports.Sum(report => report.Overtaken)} admitted beside a newer activation; "
            + $"{reports.Sum(report => report.Openings)} activations of clients, "
            + $"{reports.Sum(report => report.GoneOn)} went on with what was left; "
            + $"{reports.Sum(report => report.Lent)} shares were lent; "
            + $"{reports.Sum(report => report.ByChunk)} calls by chunks, "
            + $"{reports.Sum(report => report.Refused)} refused by rates, "
            + $"{reports.Sum(report => report.Alone)} admitted by edges alone, "
            + $"{reports.Sum(report => report.Debts)} of them taken as debts; "
            + $"{reports.Sum(report => report.Logged)} calls logged, {reports.Sum(report => report.Compared)} counts "
            + $"compared with a whole log; {Failures.Count} seeds failed"));
    }
}
