using System.Diagnostics;
using System.Diagnostics.Metrics;
using Sluice.Edge.Calls;
using Sluice.Edge.Usage;
using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge;

/// <summary>
/// What the edge measures. Tags are bounded sets: a verdict, a pool, a model that a pool serves; never a client or a
/// key.
/// </summary>
internal sealed class EdgeMetrics
{
    public const string MeterName = "Sluice.Edge";

    private static readonly double[] SecondsBuckets =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1];

    // The boundaries that the GenAI conventions advise for tokens.
    private static readonly double[] TokenBuckets = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576];

    private readonly Counter<long> _decisions;
    private readonly Histogram<double> _decisionSeconds;
    private readonly UpDownCounter<long> _inFlight;
    private readonly Histogram<long> _tokens;
    private readonly Histogram<long> _inputUpper;
    private readonly Counter<long> _settled;
    private readonly Counter<long> _slotsLost;
    private readonly Counter<long> _slotsUnrenewed;
    private readonly Counter<long> _streamsStopped;

    public EdgeMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _decisions = meter.CreateCounter<long>(
            "sluice.admission.decisions", "{decision}", "Decisions on model calls, by verdict.");
        _decisionSeconds = meter.CreateHistogram<double>(
            "sluice.admission.duration", "s", "Time to get a decision, repeats included.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = SecondsBuckets });
        _inFlight = meter.CreateUpDownCounter<long>(
            "sluice.calls.in_flight", "{call}", "Admitted model calls that have not ended.");
        _tokens = meter.CreateHistogram<long>(
            "gen_ai.client.token.usage", "{token}", "Tokens used, as the pools say.",
            advice: InTokens());
        _inputUpper = meter.CreateHistogram<long>(
            "sluice.estimate.input", "{token}", "Tokens of input at most, as estimated before the call.",
            advice: InTokens());
        _settled = meter.CreateCounter<long>(
            "sluice.calls.settled", "{call}", "Model calls that ended, by how surely their use is known.");
        _slotsLost = meter.CreateCounter<long>(
            "sluice.slots.lost", "{call}", "Calls that were ended because their slot could not be renewed.");
        _slotsUnrenewed = meter.CreateCounter<long>(
            "sluice.slots.unrenewed", "{call}",
            "Calls of lenient plans that went on though their slot could not be renewed.");
        _streamsStopped = meter.CreateCounter<long>(
            "sluice.streams.stopped", "{call}", "Streams that were ended because they had used up a limit of tokens.");
    }

    /// <summary>The client's grain decided.</summary>
    public void Decided(Verdict verdict, TimeSpan took) => Decided(verdict, "grain", took);

    /// <summary>The edge decided by a chunk that the grain had granted.</summary>
    public void DecidedByChunk(Verdict verdict, TimeSpan took) => Decided(verdict, "chunk", took);

    private void Decided(Verdict verdict, string by, TimeSpan took)
    {
        var tag = new KeyValuePair<string, object?>("verdict", verdict.ToString());
        var decider = new KeyValuePair<string, object?>("decided_by", by);
        _decisions.Add(1, tag, decider);
        _decisionSeconds.Record(took.TotalSeconds, tag, decider);
    }

    public void CallStarted(string pool) => _inFlight.Add(1, new KeyValuePair<string, object?>("pool", pool));

    public void CallEnded(ModelCall call)
    {
        _inFlight.Add(-1, new KeyValuePair<string, object?>("pool", call.Pool!.Name));
        _settled.Add(1, new KeyValuePair<string, object?>("certainty", SettledUse.Of(call).Certainty.ToString()));
        _inputUpper.Record(
            call.Body.Input.Upper, new KeyValuePair<string, object?>("gen_ai.request.model", call.Body.Model));
        if (call.Usage != default)
        {
            RecordTokens(call, "input", call.Usage.Input);
            RecordTokens(call, "output", call.Usage.Output);
        }

        if (call.IsStopped)
        {
            _streamsStopped.Add(1);
        }

        Describe(call);
    }

    /// <summary>A call was ended, or went on, because its slot could not be renewed.</summary>
    public void SlotNotRenewed(bool isEnded) => (isEnded ? _slotsLost : _slotsUnrenewed).Add(1);

    private static InstrumentAdvice<long> InTokens() =>
        new() { HistogramBucketBoundaries = [.. TokenBuckets.Select(tokens => (long)tokens)] };

    private void RecordTokens(ModelCall call, string type, long tokens) => _tokens.Record(
        tokens,
        new KeyValuePair<string, object?>("gen_ai.request.model", call.Body.Model),
        new KeyValuePair<string, object?>("gen_ai.token.type", type));

    /// <summary>On the span of the request, in the names of the GenAI conventions.</summary>
    private static void Describe(ModelCall call)
    {
        if (Activity.Current is { IsAllDataRequested: true } activity)
        {
            activity.SetTag("gen_ai.request.model", call.Body.Model);
            activity.SetTag("gen_ai.usage.input_tokens", call.Usage.Input);
            activity.SetTag("gen_ai.usage.output_tokens", call.Usage.Output);
            activity.SetTag("gen_ai.usage.cache_read.input_tokens", call.Usage.CachedInput);
            activity.SetTag("sluice.usage.reasoning_tokens", call.Usage.Reasoning);
            activity.SetTag("sluice.estimate.input_tokens", call.Body.Input.Upper);
            activity.SetTag("sluice.pool", call.Pool!.Name);
            activity.SetTag("sluice.client.id", call.Caller.ClientId);
            activity.SetTag("sluice.request.id", call.RequestIdText);
        }
    }
}
