using Microsoft.AspNetCore.Http;
using Sluice.SimulatedPool.Batching;
using Sluice.SimulatedPool.Metrics;
using Sluice.SimulatedPool.Records;

namespace Sluice.SimulatedPool.Calls;

/// <summary>A call in the pool's books, from its arrival on: over once, for the reason that came first.</summary>
internal sealed class CallCount
{
    private readonly PoolMetrics _metrics;
    private readonly CallLog? _log;
    private readonly long _call;
    private int _promptTokens;
    private Sequence? _answer;
    private int _over;

    /// <param name="metrics">Told of its arrival and its end.</param>
    /// <param name="log">Told of both, with details; null: nobody wants them.</param>
    /// <param name="request">The call.</param>
    public CallCount(PoolMetrics metrics, CallLog? log, HttpRequest request)
    {
        _metrics = metrics;
        _log = log;
        metrics.CallArrived();
        _call = log?.Arrived(request) ?? 0;
    }

    /// <summary>The pool works on it.</summary>
    /// <param name="promptTokens">Tokens to read, 0 or more.</param>
    /// <param name="answer">Whose tokens are its output; null when it has none.</param>
    public void Begin(int promptTokens, Sequence? answer)
    {
        Volatile.Write(ref _promptTokens, promptTokens);
        Volatile.Write(ref _answer, answer);
    }

    public void End(CallOutcome outcome)
    {
        if (Interlocked.Exchange(ref _over, 1) == 0)
        {
            _log?.Ended(
                _call, outcome, Volatile.Read(ref _promptTokens), Volatile.Read(ref _answer)?.ProducedTokens ?? 0);
            _metrics.CallEnded(outcome);
        }
    }
}
