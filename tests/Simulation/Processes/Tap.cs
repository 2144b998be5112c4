using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Edges;
using Sluice.Simulation.Kernel;

namespace Sluice.Simulation.Processes;

/// <summary>
/// The cluster as an edge's own classes see it, with the judge listening at the edge's side of the wire.
/// </summary>
internal sealed class Tap(IClusterClient cluster, Cluster shared, SimulatedProcess process) : IClusterClient
{
    public IServiceProvider ServiceProvider => cluster.ServiceProvider;

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        var grain = cluster.GetGrain<TGrainInterface>(primaryKey, grainClassNamePrefix);
        return grain switch
        {
            IClientAdmission admission =>
                (TGrainInterface)(object)new TappedClient(admission, primaryKey, shared, process),
            IEdgeSessionGrain sessions => (TGrainInterface)(object)new TappedSessions(sessions),
            _ => grain,
        };
    }

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => throw new NotSupportedException();

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable => throw new NotSupportedException();

    /// <summary>
    /// Asks once more for what an edge has asked for. What becomes of it is the judge's matter alone.
    /// </summary>
    internal async Task RepeatAsync(string clientId, RequestId requestId)
    {
        try
        {
            await GetGrain<IClientAdmission>(clientId).Admit(new AdmitRequest
            {
                RequestId = requestId, KeyVersion = 1, SecretDigest = Cluster.Digest, Model = "m",
            });
        }
        catch (Exception e)
        {
            shared.World.Trace.Aside(process.Name, $"a repeated question failed: {e.Message}");
        }
    }

    /// <summary>
    /// Has the answer come back into the process first: a task of the engine with a time-out around it goes on in the
    /// thread pool.
    /// </summary>
    private sealed class TappedSessions(IEdgeSessionGrain grain) : IEdgeSessionGrain
    {
        public async Task<long> Open() => await grain.Open();
    }

    private sealed class TappedClient(
        IClientAdmission grain, string clientId, Cluster shared, SimulatedProcess process) : IClientAdmission
    {
        public async ValueTask<AdmitReply> Admit(AdmitRequest request)
        {
            var sentAt = shared.World.Now;
            var reply = await grain.Admit(request);
            shared.Judge.AdmitAnswered(request.RequestId, reply, sentAt);
            shared.World.Trace.Note(
                process.Name, $"{Text(request.RequestId)} is {reply.Verdict} by epoch {reply.Epoch}");
            return reply;
        }

        public ValueTask<IdentifyReply> Identify(IdentifyRequest request) => grain.Identify(request);

        public async ValueTask Complete(CompletionBatch batch)
        {
            foreach (var completion in batch.Completions)
            {
                shared.Judge.Completing(completion.RequestId);
            }

            await grain.Complete(batch);
            foreach (var completion in batch.Completions)
            {
                shared.World.Trace.Note(process.Name, $"{Text(completion.RequestId)} is over: {completion.Outcome}");
            }
        }

        public async ValueTask Renew(LiveRequests live)
        {
            await grain.Renew(live);
            shared.World.Trace.Note(process.Name, $"renews {live.Sequences.Length} slots of {clientId}");
        }

        public async ValueTask<ReportReply> Report(LiveRequests live)
        {
            var sentAt = shared.World.Now;
            var reply = await grain.Report(live);
            if (reply.IsRenewed && reply.Epoch == live.Epoch)
            {
                shared.Judge.Renewed(live.EdgeSession, live.Admitted, reply.Epoch, sentAt);
            }

            shared.World.Trace.Note(
                process.Name,
                $"reports {live.Sequences.Length} calls of {clientId} to epoch {live.Epoch}: epoch {reply.Epoch} "
                + (reply.IsRenewed ? "renews them" : "renews nothing"));
            return reply;
        }

        private static string Text(RequestId id) => $"{id.EdgeSession}-{id.Sequence}";
    }
}
