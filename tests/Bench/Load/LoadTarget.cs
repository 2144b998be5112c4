using System.Net;

namespace Sluice.Bench.Load;

/// <summary>Whom to load, and with what.</summary>
/// <param name="Name">As it stands in the table.</param>
/// <param name="EndPoint">Where it listens.</param>
/// <param name="Request">The whole request, sent again and again.</param>
/// <param name="Stream">True: an answer is a stream that must end with its end mark.</param>
internal sealed record LoadTarget(string Name, IPEndPoint EndPoint, byte[] Request, bool Stream);

/// <summary>What the load came to.</summary>
/// <param name="Requests">Answered with 200, to the end, within the time.</param>
/// <param name="Failures">All others.</param>
/// <param name="FirstFailure">What came instead; null when there were no failures.</param>
/// <param name="Elapsed">From the first request to the last answer.</param>
/// <param name="Latencies">From sending a request to the end of its answer.</param>
internal sealed record LoadResult(
    long Requests, long Failures, string? FirstFailure, TimeSpan Elapsed, LatencyHistogram Latencies)
{
    public double PerSecond => Requests / Elapsed.TotalSeconds;
}
