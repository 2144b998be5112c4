using System.Globalization;
using System.Text;

namespace Sluice.SimulatedPool.Metrics;

/// <summary>A Prometheus histogram of durations. Lock-free; a reader may see a sum one observation ahead.</summary>
/// <param name="bounds">Upper bounds in seconds, ascending; anything above the last falls under +Inf.</param>
internal sealed class Histogram(params double[] bounds)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private long _sumTicks;

    /// <param name="value">The duration.</param>
    /// <param name="count">How many observations of the same duration these are, 1 or more.</param>
    public void Observe(TimeSpan value, int count = 1)
    {
        var seconds = value.TotalSeconds;
        var bucket = 0;
        while (bucket < bounds.Length && seconds > bounds[bucket])
        {
            bucket++;
        }

        Interlocked.Add(ref _counts[bucket], count);
        Interlocked.Add(ref _sumTicks, value.Ticks * count);
    }

    /// <summary>Appends the bucket, sum and count lines.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="name">Metric name.</param>
    /// <param name="labels">Labels without braces, not empty.</param>
    public void AppendTo(StringBuilder text, string name, string labels)
    {
        var culture = CultureInfo.InvariantCulture;
        var total = 0L;
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            total += Volatile.Read(ref _counts[bucket]);
            var bound = bucket < bounds.Length ? bounds[bucket].ToString(culture) : "+Inf";
            text.Append(culture, $"{name}_bucket{{{labels},le=\"{bound}\"}} {total}\n");
        }

        var sumSeconds = new TimeSpan(Volatile.Read(ref _sumTicks)).TotalSeconds;
        text.Append(culture, $"{name}_sum{{{labels}}} {sumSeconds}\n{name}_count{{{labels}}} {total}\n");
    }
}
