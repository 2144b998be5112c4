namespace Sluice.Telemetry.Prometheus;

/// <summary>The measurements of one metric with one set of labels. Every member is safe from any thread.</summary>
internal abstract class Series
{
    /// <summary>Takes in a measurement; not-a-number is nothing that was measured.</summary>
    public abstract void Record(double measurement);

    /// <summary>Writes the series as it is now.</summary>
    public abstract void Write(ExpositionWriter writer, string name, string labels);
}

/// <summary>Counts up, and only up: a negative amount is a mistake of the caller's and is left out.</summary>
internal sealed class CounterSeries : Series
{
    private Accumulator _total;

    public override void Record(double measurement)
    {
        if (measurement > 0)
        {
            _total.Add(measurement);
        }
    }

    public override void Write(ExpositionWriter writer, string name, string labels) =>
        writer.Sample(name, labels, _total.Value);
}

/// <summary>Adds up what changed, in both directions.</summary>
internal sealed class SumSeries : Series
{
    private Accumulator _sum;

    public override void Record(double measurement)
    {
        if (!double.IsNaN(measurement))
        {
            _sum.Add(measurement);
        }
    }

    public override void Write(ExpositionWriter writer, string name, string labels) =>
        writer.Sample(name, labels, _sum.Value);
}

/// <summary>Holds the latest value.</summary>
internal sealed class GaugeSeries : Series
{
    private Accumulator _latest;

    public override void Record(double measurement) => _latest.Set(measurement);

    public override void Write(ExpositionWriter writer, string name, string labels) =>
        writer.Sample(name, labels, _latest.Value);
}

/// <summary>Counts measurements by size.</summary>
/// <param name="bounds">Upper ends of the buckets, rising; one more bucket takes what is larger.</param>
internal sealed class HistogramSeries(double[] bounds) : Series
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private Accumulator _sum;

    public override void Record(double measurement)
    {
        if (double.IsNaN(measurement))
        {
            return;
        }

        var at = Array.BinarySearch(bounds, measurement);
        Interlocked.Increment(ref _counts[at >= 0 ? at : ~at]); // An end belongs to its own bucket: "le".
        _sum.Add(measurement);
    }

    /// <summary>The count is what the buckets add up to, so the two agree whatever is recorded meanwhile.</summary>
    public override void Write(ExpositionWriter writer, string name, string labels)
    {
        var count = 0L;
        for (var at = 0; at <= bounds.Length; at++)
        {
            count += Volatile.Read(ref _counts[at]);
            var end = ExpositionWriter.Number(at < bounds.Length ? bounds[at] : double.PositiveInfinity);
            var separator = labels.Length == 0 ? "" : ",";
            writer.Sample($"{name}_bucket", $"{labels}{separator}le=\"{end}\"", count);
        }

        writer.Sample($"{name}_sum", labels, _sum.Value);
        writer.Sample($"{name}_count", labels, count);
    }
}
