using Microsoft.Extensions.Options;
using Sluice.Edge.Admission;
using Sluice.Edge.Calls;
using Sluice.Edge.Revocations;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Revocations;

namespace Sluice.Edge.Credentials;

/// <summary>Asks a client's grain who a key is, where nothing is to be taken.</summary>
internal sealed class Callers(
    IClusterClient cluster, IOptions<EdgeOptions> options, TimeProvider time, RevocationFeed? feed = null,
    CredentialGuard? guard = null)
{
    private readonly TimeSpan _timeout = options.Value.DecisionTimeout;

    /// <summary>
    /// The grain's answer. A grain that cannot be reached is asked again until the time-out of decisions is over.
    /// </summary>
    /// <exception cref="TimeoutException">The grain did not answer in time.</exception>
    /// <exception cref="OrleansMessageRejectionException">The grain could not be reached in time.</exception>
    public async ValueTask<IdentifyReply> IdentifyAsync(ModelCall call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var reply = await AskUntilReachedAsync(call, cancellationToken).WaitAsync(_timeout, time, cancellationToken);
        if (reply.Verdict is Verdict.Admitted)
        {
            guard?.Found(call.Caller);
        }

        return reply.Verdict is Verdict.Admitted && feed?.Judge(call.Caller, default) is Standing.KeyRevoked
            ? new IdentifyReply { Verdict = Verdict.KeyRevoked }
            : reply;
    }

    private async Task<IdentifyReply> AskUntilReachedAsync(ModelCall call, CancellationToken cancellationToken)
    {
        var request = new IdentifyRequest
        {
            KeyVersion = call.Caller.KeyVersion,
            SecretDigest = call.Caller.SecretDigest,
            Token = call.Caller.Token?.Use,
            ClientAddress = call.ClientAddress,
        };
        var started = time.GetTimestamp();
        for (var failures = 1; ; failures++)
        {
            var pause = Repeat.PauseAfter(failures, call.RequestId);
            try
            {
                return await cluster.GetGrain<IClientAdmission>(call.Caller.ClientId).Identify(request);
            }
            catch (OrleansMessageRejectionException) when (time.GetElapsedTime(started) + pause < _timeout)
            {
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }
}
