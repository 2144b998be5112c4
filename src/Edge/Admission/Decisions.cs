using Microsoft.Extensions.Options;
using Sluice.Edge.Calls;
using Sluice.Edge.Chunks;
using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge.Admission;

/// <summary>Gets the one decision about a request.</summary>
internal sealed class Decisions(
    IClusterClient cluster, Completions completions, ClientChunks chunks, IOptions<EdgeOptions> options,
    EdgeMetrics metrics, TimeProvider time)
{
    private readonly TimeSpan _timeout = options.Value.DecisionTimeout;

    /// <summary>
    /// The grain's answer. While the grain is still making room for the request, or cannot be reached because it moves
    /// or its silo is gone, it is asked again, under the same id, so that the request counts once. At the end of the
    /// time-out the answer is <see cref="Verdict.Pending"/> or the exception of the last try.
    /// </summary>
    /// <exception cref="TimeoutException">The grain did not answer in time; whether it admitted is unknown.</exception>
    /// <exception cref="OrleansMessageRejectionException">The grain could not be reached in time.</exception>
    /// <exception cref="LimitExceededException">
    /// The grain or the way to it is overloaded. It is not asked again: that would be more load.
    /// </exception>
    public async ValueTask<AdmitReply> AskAsync(ModelCall call, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        if (chunks.TryAdmit(call) is { } byChunk)
        {
            metrics.DecidedByChunk(byChunk.Verdict, time.GetElapsedTime(started));
            return byChunk;
        }

        var reply = await AskUntilDecidedAsync(call, started, cancellationToken)
            .WaitAsync(_timeout, time, CancellationToken.None); // A call that is under way is heard out.
        metrics.Decided(reply.Verdict, time.GetElapsedTime(started));
        return reply;
    }

    private async Task<AdmitReply> AskUntilDecidedAsync(
        ModelCall call, long started, CancellationToken cancellationToken)
    {
        // What ended before goes along: for a busy client, half the messages.
        var clientId = call.Caller.ClientId;
        var ended = completions.TakeHeld(clientId);
        var question = chunks.Ask(call);
        AdmitReply? decided = null;
        var request = new AdmitRequest
        {
            RequestId = call.RequestId,
            KeyVersion = call.Caller.KeyVersion,
            SecretDigest = call.Caller.SecretDigest,
            Model = call.Body.Model,
            InputUpper = call.Body.Input.Upper,
            OutputCap = call.Body.OutputCap,
            Images = call.Body.Input.Images,
            Pages = call.Body.Input.Pages,
            ChunkDemand = question.Demand,
            Completes = ended.Length == 0 ? [] : Array.ConvertAll(ended, Completions.CompletionOf),
        };
        var failures = 0;
        try
        {
            while (true)
            {
                TimeSpan pause;
                try
                {
                    call.Grain ??= cluster.GetGrain<IClientAdmission>(clientId);
                    var sent = time.GetTimestamp();
                    var reply = await call.Grain.Admit(request);
                    pause = reply.RetryAfter;
                    if (reply.Verdict is Verdict.Admitted)
                    {
                        completions.Admitted(clientId, sent, reply.CompleteWithin);
                    }

                    if (reply.Verdict is not Verdict.Pending)
                    {
                        decided = reply;
                        completions.Heard(ended);
                        ended = [];
                        return reply;
                    }

                    if (!HasTimeFor(pause, started))
                    {
                        return reply;
                    }
                }
                catch (OrleansMessageRejectionException)
                    when (HasTimeFor(pause = Repeat.PauseAfter(++failures, call.RequestId), started))
                {
                    // Below it is asked again. Should it have admitted before it was lost, it knows the request's id.
                }

                await Task.Delay(pause, time, cancellationToken);
                if (!HasTimeFor(TimeSpan.Zero, started))
                {
                    throw new TimeoutException(); // Given up while this slept: what is asked now nobody would use.
                }
            }
        }
        finally
        {
            completions.NotHeard(ended);
            chunks.Answered(question, call, decided);
        }
    }

    private bool HasTimeFor(TimeSpan pause, long started) => time.GetElapsedTime(started) + pause < _timeout;
}
