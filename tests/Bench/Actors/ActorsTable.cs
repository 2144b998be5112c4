using System.Globalization;
using Sluice.Bench.Report;

namespace Sluice.Bench.Actors;

/// <summary>Medians over the rounds.</summary>
internal static class ActorsTable
{
    public static void Write(TextWriter writer, IReadOnlyList<ActorsSample> samples)
    {
        var table = new TextTable("", "calls/s", "(min–max)", "CPU µs/call", "bytes/call", "p50 µs", "p99 µs");
        foreach (var group in samples.GroupBy(sample => (sample.Place, sample.Grains, sample.Callers)))
        {
            var rate = Spread.Of(group.Select(sample => sample.PerSecond));
            string Median(Func<ActorsSample, double> figure, int digits) => Number(
                Spread.Of(group.Select(figure)).Median, digits);
            table.Add(
                (group.Key.Place == ActorsPlace.InProcess ? "in process, " : "across processes, ")
                + $"{(group.Key.Grains == 1 ? "one hot grain" : $"{group.Key.Grains} grains")}, {group.Key.Callers} "
                + (group.Key.Callers == 1 ? "caller" : "callers"),
                Number(rate.Median, 0),
                $"({Number(rate.Min, 0)}–{Number(rate.Max, 0)})",
                Median(sample => sample.ProcessorMicroseconds, 2),
                Median(sample => sample.Bytes, 0),
                Median(sample => sample.P50.TotalMicroseconds, 1),
                Median(sample => sample.P99.TotalMicroseconds, 1));
        }

        table.Write(writer);
    }

    private static string Number(double value, int digits) =>
        value.ToString($"F{digits}", CultureInfo.InvariantCulture);
}
