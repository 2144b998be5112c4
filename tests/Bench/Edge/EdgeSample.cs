namespace Sluice.Bench.Edge;

/// <summary>One target in one round.</summary>
/// <param name="Target">Its name.</param>
/// <param name="Round">1 or more.</param>
/// <param name="PerSecond">Requests answered per second.</param>
/// <param name="P50">Median latency.</param>
/// <param name="P90">Nine tenths were not slower.</param>
/// <param name="P99">All but one in a hundred were not slower.</param>
/// <param name="Processor">Processor time per request of all processes together, the load included.</param>
/// <param name="OwnProcessor">Processor time per request of the proxy; for the pool itself, of the pool.</param>
/// <param name="Others">What other programs took of the machine's processor time meanwhile, 0 to 1: the noise.</param>
/// <param name="Failures">Requests that were not answered with a complete 200.</param>
/// <param name="FirstFailure">What came instead; null when nothing failed.</param>
internal sealed record EdgeSample(
    string Target,
    int Round,
    double PerSecond,
    TimeSpan P50,
    TimeSpan P90,
    TimeSpan P99,
    TimeSpan Processor,
    TimeSpan OwnProcessor,
    double Others,
    long Failures,
    string? FirstFailure);

/// <summary>All rounds with one number of connections.</summary>
internal sealed record EdgeSection(int Connections, IReadOnlyList<EdgeSample> Samples)
{
    public IEnumerable<string> Targets => Samples.Select(sample => sample.Target).Distinct();

    public IReadOnlyList<EdgeSample> Of(string target) => [.. Samples.Where(sample => sample.Target == target)];

    /// <summary>A figure of a target beside the same figure of another one, round by round.</summary>
    public IReadOnlyList<double> Compare(string target, string other, Func<EdgeSample, EdgeSample, double> compare) =>
        [.. Of(target).Zip(Of(other), compare)];
}
