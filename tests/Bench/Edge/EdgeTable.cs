using System.Globalization;
using Sluice.Bench.Report;

namespace Sluice.Bench.Edge;

/// <summary>A section as a table: medians over the rounds, of comparisons made within each round.</summary>
internal static class EdgeTable
{
    public static void Write(TextWriter writer, EdgeSection section)
    {
        var rounds = section.Samples.Max(sample => sample.Round);
        var noise = Spread.Of(section.Samples.Select(sample => sample.Others));
        writer.WriteLine(
            $"{Connections(section.Connections)}, medians over rounds ({rounds}); "
            + $"other programs took {Share(noise.Median)} of the machine (worst round {Share(noise.Max)}).");
        writer.WriteLine();
        if (section.Connections == 1)
        {
            WriteLatencies(writer, section);
        }
        else
        {
            WriteThroughput(writer, section);
        }
    }

    public static string Connections(int count) => count == 1 ? "1 connection" : $"{count} connections";

    private static void WriteThroughput(TextWriter writer, EdgeSection section)
    {
        var table = new TextTable(
            "", "requests/s", "of bare YARP", "(min–max)", "p50 ms", "p90 ms", "p99 ms", "CPU µs/request",
            "own CPU µs");
        foreach (var target in section.Targets)
        {
            var samples = section.Of(target);
            var ratio = Spread.Of(section.Compare(
                target, EdgeServers.BareName, (own, bare) => own.PerSecond / bare.PerSecond));
            table.Add(
                target,
                Number(Median(samples, sample => sample.PerSecond), 0),
                Number(ratio.Median, 3),
                $"({Number(ratio.Min, 3)}–{Number(ratio.Max, 3)})",
                Number(Median(samples, sample => sample.P50.TotalMilliseconds), 2),
                Number(Median(samples, sample => sample.P90.TotalMilliseconds), 2),
                Number(Median(samples, sample => sample.P99.TotalMilliseconds), 2),
                Number(Median(samples, sample => sample.Processor.TotalMicroseconds), 1),
                Number(Median(samples, sample => sample.OwnProcessor.TotalMicroseconds), 1));
        }

        table.Write(writer);
    }

    private static void WriteLatencies(TextWriter writer, EdgeSection section)
    {
        var table = new TextTable(
            "", "p50 µs", "over pool", "over bare YARP", "p99 µs", "over pool", "over bare YARP", "CPU µs/request",
            "own CPU µs");
        foreach (var target in section.Targets)
        {
            var samples = section.Of(target);
            string Over(string other, Func<EdgeSample, TimeSpan> latency) => Number(
                Spread.Of(section.Compare(
                    target, other, (own, theirs) => (latency(own) - latency(theirs)).TotalMicroseconds)).Median,
                0);
            table.Add(
                target,
                Number(Median(samples, sample => sample.P50.TotalMicroseconds), 0),
                Over(EdgeServers.PoolName, sample => sample.P50),
                Over(EdgeServers.BareName, sample => sample.P50),
                Number(Median(samples, sample => sample.P99.TotalMicroseconds), 0),
                Over(EdgeServers.PoolName, sample => sample.P99),
                Over(EdgeServers.BareName, sample => sample.P99),
                Number(Median(samples, sample => sample.Processor.TotalMicroseconds), 1),
                Number(Median(samples, sample => sample.OwnProcessor.TotalMicroseconds), 1));
        }

        table.Write(writer);
    }

    private static double Median(IEnumerable<EdgeSample> samples, Func<EdgeSample, double> figure) =>
        Spread.Of(samples.Select(figure)).Median;

    private static string Number(double value, int digits) =>
        value.ToString($"F{digits}", CultureInfo.InvariantCulture);

    private static string Share(double value) => $"{Number(value * 100, 0)} %";
}
