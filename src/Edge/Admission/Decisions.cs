using Microsoft.Extensions.Options;
using Sluice.Edge.Calls;
using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge.Admission;

/// <summary>Gets the one decision about a request.</summary>
internal sealed class Decisions(
    IClusterClient cluster, IOptions<EdgeOptions> options, EdgeMetrics metrics, TimeProvider time)
{
    private readonly TimeSpan _timeout = options.Value.DecisionTimeout;

    /// <summary>
    /// The grain's answer. While the grain is still making room for the request it is asked again, under the same id,
    /// so that it counts once; at the end of the time-out the answer is <see cref="Verdict.Pending"/>.
    /// </summary>
    /// <exception cref="TimeoutException">The grain did not answer in time; whether it admitted is unknown.</exception>
    public async ValueTask<AdmitReply> AskAsync(ModelCall call, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var reply = await AskUntilDecidedAsync(call, started, cancellationToken)
            .WaitAsync(_timeout, time, CancellationToken.None); // A call that is under way is heard out.
        metrics.Decided(reply.Verdict, time.GetElapsedTime(started));
        return reply;
    }

    private async Task<AdmitReply> AskUntilDecidedAsync(
        ModelCall call, long started, CancellationToken cancellationToken)
    {
        var grain = cluster.GetGrain<IClientAdmission>(call.Caller.ClientId);
        call.Grain = grain;
        var request = new AdmitRequest
        {
            RequestId = call.RequestId,
            KeyVersion = call.Caller.KeyVersion,
            SecretDigest = call.Caller.SecretDigest,
            Model = call.Body.Model,
        };
        var reply = await grain.Admit(request);
        while (reply.Verdict is Verdict.Pending && time.GetElapsedTime(started) + reply.RetryAfter < _timeout)
        {
            await Task.Delay(reply.RetryAfter, time, cancellationToken);
            reply = await grain.Admit(request);
        }

        return reply;
    }
}
