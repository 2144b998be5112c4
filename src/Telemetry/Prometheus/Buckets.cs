using System.Diagnostics.Metrics;
using System.Globalization;
using System.Numerics;

namespace Sluice.Telemetry.Prometheus;

/// <summary>Chooses the buckets of a histogram: what the instrument advises, else by its unit.</summary>
internal static class Buckets
{
    private static readonly double[] Seconds =
        [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    private static readonly double[] Bytes =
        [1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864, 268435456];

    private static readonly double[] Others =
        [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

    public static double[] For(Instrument instrument) => Advised(instrument) ?? instrument.Unit switch
    {
        "s" => Seconds,
        "By" => Bytes,
        _ => Others,
    };

    private static double[]? Advised(Instrument instrument) => instrument switch
    {
        Instrument<double> of => From(of.Advice),
        Instrument<long> of => From(of.Advice),
        Instrument<int> of => From(of.Advice),
        Instrument<float> of => From(of.Advice),
        Instrument<short> of => From(of.Advice),
        Instrument<byte> of => From(of.Advice),
        Instrument<decimal> of => From(of.Advice),
        _ => null,
    };

    private static double[]? From<T>(InstrumentAdvice<T>? advice)
        where T : struct, INumber<T>
    {
        // Through text for float, so that 0.1f is the bucket 0.1 and not 0.10000000149011612.
        return advice?.HistogramBucketBoundaries?
            .Select(bound => double.Parse(
                bound.ToString(null, CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture))
            .ToArray();
    }
}
