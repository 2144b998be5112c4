using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Edges;
using Sluice.Grains.Abstractions.Usage;
using Sluice.Simulation.Judging;
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
            IUsageGrain usage => (TGrainInterface)(object)new TappedUsage(usage),
            _ => grain,
        };
    }

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => throw new NotSupportedException();

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable => throw new NotSupportedException();

    /// <summary>
    /// Asks once more for what an edge has asked for. What becomes of it is the judge's matter alone.
    /// </summary>
    internal async Task RepeatAsync(CallRecord call)
    {
        try
        {
            var grain = new TappedClient(
                cluster.GetGrain<IClientAdmission>(call.Client.ClientId), call.Client.ClientId, shared, process)
            {
                IsRepeat = true,
            };
            await grain.Admit(new AdmitRequest
            {
                RequestId = call.Id, KeyVersion = 1, SecretDigest = Cluster.Digest, Model = "m",
                InputUpper = call.InputUpper, OutputCap = call.OutputCap,
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

    private sealed class TappedUsage(IUsageGrain grain) : IUsageGrain
    {
        public async Task Append(UsageBatch batch) => await grain.Append(batch);
    }

    private sealed class TappedClient(
        IClientAdmission grain, string clientId, Cluster shared, SimulatedProcess process) : IClientAdmission
    {
        /// <summary>A question that no edge asks by itself.</summary>
        internal bool IsRepeat { get; init; }

        public async ValueTask<AdmitReply> Admit(AdmitRequest request)
        {
            var sentAt = shared.World.Now;
            shared.Judge.Asking(request, IsRepeat);
            AdmitReply reply;
            try
            {
                reply = await grain.Admit(request);
            }
            catch
            {
                shared.Judge.HasAsked(request, null, sentAt, IsRepeat);
                throw;
            }

            shared.Judge.HasAsked(request, reply, sentAt, IsRepeat);
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

            shared.Judge.GivesBack(clientId, batch.Returned);
            await grain.Complete(batch);
            shared.Judge.HasCompleted(clientId, batch);
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
