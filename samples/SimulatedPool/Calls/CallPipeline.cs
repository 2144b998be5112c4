using Microsoft.AspNetCore.Http;
using Sluice.SimulatedPool.Failures;
using Sluice.SimulatedPool.Metrics;
using Sluice.SimulatedPool.Records;
using Sluice.SimulatedPool.Wire;

namespace Sluice.SimulatedPool.Calls;

/// <summary>Answers a call, or says why not.</summary>
/// <returns>Null when the answer is written; an error, with nothing written, when the call is refused.</returns>
internal delegate ValueTask<PoolError?> CallHandler(PoolCall call);

/// <summary>The way of every call: count, record, check the key, go wrong if asked to, answer, count.</summary>
internal sealed class CallPipeline(
    PoolKey key, FailureBoard failures, RequestRecorder recorder, CallLog? log, PoolMetrics metrics, TimeProvider time)
{
    /// <summary>Request header with the failure of this one request; it overrules that of the whole pool.</summary>
    public const string FailureHeader = "x-simulate";

    public async Task RunAsync(HttpContext context, CallHandler handler)
    {
        var count = new CallCount(metrics, log, context.Request);
        context.Features.Get<CallConnection>()?.Begin(count);
        var call = new PoolCall(context, time.GetTimestamp(), count, recorder.Record(context.Request));
        var outcome = CallOutcome.Failed;
        try
        {
            outcome = await AnswerAsync(call, handler);
        }
        catch (Exception failure) when (call.Aborted.IsCancellationRequested && IsHangUp(failure))
        {
            outcome = CallOutcome.Aborted;
            metrics.AnswerFinished(FinishReasons.Abort, time.GetElapsedTime(call.Arrived));
        }
        finally
        {
            count.End(outcome);
        }
    }

    private async ValueTask<CallOutcome> AnswerAsync(PoolCall call, CallHandler handler)
    {
        var error = Refusal(call);
        if (error is null)
        {
            await WaitAsync(call);
            if (call.Failure is { Garbage: true } or { GarbageStream: true })
            {
                Garbage.Write(call);
                return CallOutcome.Failed;
            }

            error = call.Failure.Status is { } status
                ? PoolError.Simulated(status, call.Failure.Code, call.Failure.RetryAfter)
                : await handler(call);
        }

        if (error is null)
        {
            return CallOutcome.Completed;
        }

        ReplyWriter.WriteError(call.Context.Response, error);
        return CallOutcome.Refused;
    }

    private PoolError? Refusal(PoolCall call)
    {
        if (!key.Admits(call.Context.Request))
        {
            return PoolError.InvalidKey;
        }

        if (!call.Context.Request.Headers.TryGetValue(FailureHeader, out var switches))
        {
            call.Failure = failures.Take();
            return null;
        }

        var isKnown = PoolFailure.TryParse(switches.ToString(), out var failure, out var mistake);
        call.Failure = failure;
        return isKnown ? null : PoolError.BadSwitch(mistake);
    }

    private async ValueTask WaitAsync(PoolCall call)
    {
        if (call.Failure.Delay > TimeSpan.Zero)
        {
            await Task.Delay(call.Failure.Delay, time, call.Aborted);
        }

        if (call.Failure.Hangs)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, call.Aborted);
        }
    }

    private static bool IsHangUp(Exception failure) =>
        failure is OperationCanceledException or IOException; // A reset connection is an IOException.
}
