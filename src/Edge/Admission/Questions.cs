using Microsoft.Extensions.Options;
using Sluice.Edge.Calls;
using Sluice.Edge.Chunks;
using Sluice.Edge.Degraded;
using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge.Admission;

/// <summary>Asks a client's grain about a request until it decides.</summary>
internal sealed class Questions(
    IClusterClient cluster, Completions completions, SlotFences fences, ClientChunks chunks, KnownClients known,
    OwnerOutages outages, IOptions<EdgeOptions> options, TimeProvider time)
{
    private readonly TimeSpan _timeout = options.Value.DecisionTimeout;

    /// <summary>
    /// The grain's answer. While the grain is still making room for the request, or cannot be reached because it moves
    /// or its silo is gone, it is asked again, under the same id, so that the request counts once.
    /// </summary>
    /// <param name="call">Nobody is asked any more when it is given up.</param>
    /// <param name="started">Timestamp that the time-out of decisions counts from.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    public async Task<AdmitReply> AskAsync(ModelCall call, long started, CancellationToken cancellationToken)
    {
        // What ended before goes along: for a busy client, half the messages.
        var clientId = call.Caller.ClientId;
        var ended = completions.TakeHeld(clientId);
        var question = chunks.Ask(call);
        AdmitReply? decided = null;
        var client = known.Find(clientId);
        var debt = client?.DebtToTell();
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
            Endpoint = call.Endpoint,
            ClientAddress = call.ClientAddress,
            Completes = ended.Length == 0 ? [] : Array.ConvertAll(ended, Completions.CompletionOf),
            Debt = debt?.Debt,
            TermsVersion = client?.TermsVersion ?? 0,
            Token = call.Caller.Token?.Use,
            Priority = call.Body.Priority,
            Origin = call.Origin,
        };
        var (failures, pending) = (0, 0);
        try
        {
            while (true)
            {
                TimeSpan pause;
                try
                {
                    call.Grain ??= cluster.GetGrain<IClientAdmission>(clientId);
                    var sent = time.GetTimestamp();
                    call.IsAsked = true;
                    var reply = await call.Grain.Admit(request);
                    call.IsAnswered = true;
                    outages.Answered(clientId);
                    if (reply.Verdict is Verdict.Admitted && !fences.Accepts(call, reply, sent))
                    {
                        // By an activation that is over: its slot is in no report to the next one. Whether this call
                        // has another is not known before it is asked again.
                        pause = Repeat.PauseAfter(++failures, call.RequestId);
                        if (!HasTimeFor(pause, started))
                        {
                            throw new TimeoutException();
                        }
                    }
                    else
                    {
                        known.Answered(client, call, reply, debt?.Total, sent);
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

                        pause = Repeat.PauseWhilePending(reply.RetryAfter, ++pending);
                        if (!HasTimeFor(pause, started))
                        {
                            return reply;
                        }
                    }
                }
                catch (OrleansMessageRejectionException)
                    when (HasTimeFor(pause = Repeat.PauseAfter(++failures, call.RequestId), started))
                {
                    // Below it is asked again. Should it have admitted before it was lost, it knows the request's id.
                }

                await Task.Delay(pause, time, cancellationToken);
                if (call.IsGivenUp || !HasTimeFor(TimeSpan.Zero, started))
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
