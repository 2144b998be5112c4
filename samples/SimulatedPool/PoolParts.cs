using Sluice.SimulatedPool.Batching;
using Sluice.SimulatedPool.Calls;
using Sluice.SimulatedPool.Failures;
using Sluice.SimulatedPool.Metrics;
using Sluice.SimulatedPool.Records;

namespace Sluice.SimulatedPool;

/// <summary>The parts of one pool, put together by hand: there are few, and each is made once.</summary>
internal sealed class PoolParts
{
    /// <param name="options">Checked options.</param>
    /// <param name="time">The clock of all delays and timings.</param>
    /// <param name="stopping">Ends the work of the batch.</param>
    /// <exception cref="IOException">The call log cannot be written.</exception>
    public PoolParts(SimulatedPoolOptions options, TimeProvider time, CancellationToken stopping)
    {
        Failures = new FailureBoard(PoolFailure.Parse(options.Simulate));
        Key = new PoolKey(options.ApiKey);
        Recorder = new RequestRecorder(options.RecordedRequests);
        MetricsText = new MetricsText(options, Metrics);
        Log = options.CallLogFile is { } file ? new CallLog(file, time) : null;
        Pipeline = new CallPipeline(Key, Failures, Recorder, Log, Metrics, time);
        var batch = new ContinuousBatch(options, time, Metrics, stopping);
        Generation = new GenerationHandler(options, batch, Metrics, time);
        Embeddings = new EmbeddingHandler(options, batch, Metrics, time);
        Models = new ModelHandler(options, time);
    }

    public PoolMetrics Metrics { get; } = new();

    public FailureBoard Failures { get; }

    public PoolKey Key { get; }

    public RequestRecorder Recorder { get; }

    /// <summary>Null: the pool writes none.</summary>
    public CallLog? Log { get; }

    public MetricsText MetricsText { get; }

    public CallPipeline Pipeline { get; }

    public GenerationHandler Generation { get; }

    public EmbeddingHandler Embeddings { get; }

    public ModelHandler Models { get; }
}
