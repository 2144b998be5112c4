using Microsoft.Extensions.Options;
using Sluice.Edge.Calls;
using Sluice.Edge.Chunks;
using Sluice.Edge.Degraded;
using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge.Admission;

/// <summary>
/// Gets the one decision about a request: the grain's, or while that cannot be reached this edge's own, as far as the
/// client's plan allows.
/// </summary>
internal sealed class Decisions(
    Questions questions, ClientChunks chunks, KnownClients known, OwnerOutages outages, IOptions<EdgeOptions> options,
    EdgeMetrics metrics, TimeProvider time)
{
    private const ConfigureAwaitOptions Quietly =
        ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext;

    private readonly TimeSpan _timeout = options.Value.DecisionTimeout;
    private readonly TimeSpan _degradedAfter =
        options.Value.DegradedAfter < options.Value.DecisionTimeout
            ? options.Value.DegradedAfter
            : options.Value.DecisionTimeout;

    /// <summary>
    /// The grain's answer, or this edge's own. At the end of the time-out the answer is <see cref="Verdict.Pending"/>
    /// or the exception of the last try. An outage has one time-out: who comes later waits for what is left of it.
    /// </summary>
    /// <exception cref="TimeoutException">The grain did not answer in time; whether it admitted is unknown.</exception>
    /// <exception cref="OrleansMessageRejectionException">The grain could not be reached in time.</exception>
    /// <exception cref="OutageException">It was known before that it cannot be reached.</exception>
    /// <exception cref="LimitExceededException">
    /// The grain or the way to it is overloaded. It is not asked again: that would be more load.
    /// </exception>
    public async ValueTask<AdmitReply> AskAsync(ModelCall call, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        if (call.Origin is null && chunks.TryAdmit(call) is { } byChunk) // Which pages may call, only the grain knows.
        {
            call.IsRunning = true;
            metrics.DecidedByChunk(byChunk.Verdict, time.GetElapsedTime(started));
            return byChunk;
        }

        try
        {
            AdmitReply reply;
            if (outages.Failing(call.Caller.ClientId) is { } outage)
            {
                reply = await AskInOutageAsync(outage, call, started, cancellationToken);
            }
            else
            {
                var asking = questions.AskAsync(call, started, cancellationToken);
                var answered = asking.WaitAsync(_degradedAfter, time, CancellationToken.None);
                await ((Task)answered).ConfigureAwait(Quietly);
                reply = answered.IsCompletedSuccessfully
                    ? await answered
                    : await AskFurtherAsync(asking, answered, call, started, cancellationToken);
            }

            call.IsRunning = reply.Verdict is Verdict.Admitted;
            metrics.Decided(reply.Verdict, time.GetElapsedTime(started));
            return reply;
        }
        finally
        {
            call.IsGivenUp = true; // Who still asks, asks for nobody.
        }
    }

    private async Task<AdmitReply> AskFurtherAsync(
        Task<AdmitReply> asking, Task answered, ModelCall call, long started, CancellationToken cancellationToken)
    {
        var failure = FailureOf(answered, call);
        if (failure is null or OperationCanceledException)
        {
            return await HearOutAsync(asking, LeftOf(started)); // It answers, or says itself what is wrong.
        }

        var outage = await outages.FailedAsync(call.Caller.ClientId, failure);
        return await GoOnAsync(outage, asking, call, started, cancellationToken);
    }

    private async Task<AdmitReply> AskInOutageAsync(
        OwnerOutage outage, ModelCall call, long started, CancellationToken cancellationToken)
    {
        Task<AdmitReply>? asking = null;
        var failure = await outage.AskAsync(async () =>
        {
            asking = questions.AskAsync(call, started, cancellationToken);
            var answered = asking.WaitAsync(_degradedAfter, time, CancellationToken.None);
            await ((Task)answered).ConfigureAwait(Quietly);
            return FailureOf(answered, call);
        });
        return failure is null
            ? await HearOutAsync(asking!, LeftOf(started))
            : await GoOnAsync(outage, asking, call, started, cancellationToken);
    }

    /// <summary>
    /// Nobody answers. The call goes on without the grain if it may, and else waits for it as long as silos take to be
    /// replaced, counted from when they were first missed.
    /// </summary>
    private async Task<AdmitReply> GoOnAsync(
        OwnerOutage? outage, Task<AdmitReply>? asking, ModelCall call, long started,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (call.Origin is null && known.TryAdmit(call) is { } alone)
        {
            return alone;
        }

        call.IsOutageTold = outage is not null;
        var left = LeftOf(started);
        var leftOfOutage = outage is null ? left : _timeout - outage.Age;
        if (asking is not { IsCompleted: true } && leftOfOutage <= TimeSpan.Zero)
        {
            throw new OutageException(Repeat.SpreadAfter(OwnerOutage.BreakTime, call.RequestId));
        }

        asking ??= questions.AskAsync(call, started, cancellationToken);
        return await HearOutAsync(asking, leftOfOutage < left ? leftOfOutage : left);
    }

    /// <summary>Why there is no answer; null when there is one, or another trouble than that.</summary>
    private static Exception? FailureOf(Task answered, ModelCall call) =>
        answered.IsCanceled ? new OperationCanceledException()
        : !call.IsAnswered && answered.Exception?.InnerException is { } why && OwnerOutages.IsOutage(why) ? why
        : null;

    /// <summary>A call that is under way is heard out, but for so long only.</summary>
    private Task<AdmitReply> HearOutAsync(Task<AdmitReply> asking, TimeSpan patience) =>
        asking.WaitAsync(patience > TimeSpan.Zero ? patience : TimeSpan.Zero, time, CancellationToken.None);

    private TimeSpan LeftOf(long started) => _timeout - time.GetElapsedTime(started);
}
