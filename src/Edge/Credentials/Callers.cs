using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge.Credentials;

/// <summary>Asks a client's grain who a key is, where nothing is to be taken.</summary>
internal sealed class Callers(IClusterClient cluster)
{
    public async ValueTask<IdentifyReply> IdentifyAsync(Caller caller, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await cluster.GetGrain<IClientAdmission>(caller.ClientId).Identify(new IdentifyRequest
        {
            KeyVersion = caller.KeyVersion,
            SecretDigest = caller.SecretDigest,
        });
    }
}
