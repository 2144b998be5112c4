using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Edge;
using Sluice.Edge.Admission;
using Sluice.Edge.Calls;
using Sluice.Edge.Chunks;
using Sluice.Edge.Credentials;
using Sluice.Edge.Degraded;
using Sluice.Edge.Pools;
using Sluice.Edge.Sessions;
using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Unit.Edge;

/// <summary>A call, a pool and a caller where a test does not care which.</summary>
internal static class Some
{
    public const string ClientId = "0123456789Ab";

    public static readonly Pool Pool = new(
        "small", new Uri("http://127.0.0.1:9"), ["m"], null, true, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1));

    public static RequestId RequestId(long sequence = 1) => new(7, sequence);

    public static ModelCall Call(
        bool stream = false, bool wantsUsage = false, long sequence = 1, string clientId = ClientId) => new()
        {
            RequestId = RequestId(sequence),
            Caller = new Caller(clientId, 1, new byte[32]),
            Body = new CallBody("m", stream, wantsUsage, default),
            Pool = Pool,
        };

    /// <summary>A session that is not open yet; the cluster gives number 7.</summary>
    public static EdgeSession Session(IClusterClient? cluster = null) =>
        new(cluster ?? new FakeCluster(), TimeProvider.System, NullLogger<EdgeSession>.Instance);

    public static EdgeMetrics Metrics() => new(Meters());

    public static SlotFences Fences(LiveCalls live, TimeProvider time) =>
        new(live, Metrics(), time, NullLogger<SlotFences>.Instance);

    public static DegradedMetrics DegradedMetrics() => new(Meters());

    /// <summary>Decisions of an edge whose outages nobody looks at.</summary>
    public static Decisions Decisions(
        IClusterClient cluster, Completions completions, ClientChunks chunks, LiveCalls live,
        IOptions<EdgeOptions> options, TimeProvider time, ILogger<OwnerOutages>? log = null)
    {
        var known = new KnownClients(live, DegradedMetrics(), time);
        var outages = new OwnerOutages(DegradedMetrics(), time, log ?? NullLogger<OwnerOutages>.Instance);
        var questions = new Questions(
            cluster, completions, Fences(live, time), chunks, known, outages, options, time);
        return new Decisions(questions, chunks, known, outages, options, Metrics(), time);
    }

    public static IMeterFactory Meters() =>
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
}
