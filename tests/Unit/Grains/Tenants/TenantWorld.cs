using Sluice.Actors.Hosting;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Rules;
using Xunit;

namespace Sluice.Unit.Grains.Tenants;

/// <summary>The tenant <c>acme</c> with two clients of one plan, at one edge.</summary>
internal sealed class TenantWorld
{
    public const string LedgerKey = "tenant/acme";

    public static readonly string One = GrainWorld.ClientId;
    public static readonly string Other = Names.ClientId(GrainWorld.Tenant, "other");

    private const int PatienceInAsks = 6;

    private long _lastSequence;

    /// <param name="ofTenant">The tenant's limits.</param>
    /// <param name="ofPlan">Those of each client.</param>
    public TenantWorld(LimitDefinition[] ofTenant, params LimitDefinition[] ofPlan)
    {
        Grains.Done(() => Tenant.Create(Definition with { Limits = ofTenant }));
        Grains.CreateClient(ofPlan);
        var other = Grains.Silo.Client.GetGrain<IClientAdministration>(Other);
        Grains.Done(() => other.Create(GrainWorld.ClientOf("gold") with { Name = "other" }));
        Grains.Run(() => other.IssueKey(new IssueKeyRequest { SecretDigest = GrainWorld.Digest }));
    }

    public static TenantDefinition Definition => new() { Tenant = GrainWorld.Tenant };

    public GrainWorld Grains { get; } = new();

    public ITenantGrain Tenant => Grains.Silo.Client.GetGrain<ITenantGrain>(GrainWorld.Tenant);

    public ITenantAdmission Admission => Grains.Silo.Client.GetGrain<ITenantAdmission>(GrainWorld.Tenant);

    public TenantLiveState State => Grains.Run(Tenant.Inspect)!;

    public IClientAdmission ClientAdmission(string clientId, ActorHost? silo = null) =>
        (silo ?? Grains.Silo).Client.GetGrain<IClientAdmission>(clientId);

    public long NextSequence() => ++_lastSequence;

    public AdmitReply Admit(string clientId) => Admit(clientId, NextSequence());

    /// <summary>One request, asked until it is decided, as edges do, or until their patience is over.</summary>
    public AdmitReply Admit(string clientId, long sequence, ActorHost? silo = null) =>
        Admit(clientId, GrainWorld.RequestOf(sequence), silo);

    public AdmitReply Admit(string clientId, AdmitRequest request, ActorHost? silo = null)
    {
        AdmitReply reply = default;
        for (var i = 0; i < PatienceInAsks && reply.Verdict is Verdict.None or Verdict.Pending; i++)
        {
            reply = Grains.Run(() => ClientAdmission(clientId, silo).Admit(request));
        }

        return reply;
    }

    public void End(string clientId, long sequence, ActorHost? silo = null) =>
        End(clientId, new Completion(new RequestId(1, sequence), CompletionOutcome.Dispatched), silo);

    public void End(string clientId, Completion completion, ActorHost? silo = null) =>
        Run(() => ClientAdmission(clientId, silo).Complete(new CompletionBatch { Completions = [completion] }));

    public void Run(Func<ValueTask> action) => Grains.Run(async () =>
    {
        await action();
        return true;
    });

    /// <summary>What the edge says it runs of a client, all of it admitted.</summary>
    public ReportReply Report(string clientId, long epoch, params long[] running) =>
        Grains.Run(() => ClientAdmission(clientId).Report(new LiveRequests
        {
            EdgeSession = 1, UpToSequence = _lastSequence, Sequences = running, Admitted = running, Epoch = epoch,
        }));

    public long Used(string limit) => State.Limits.Single(state => state.Name == limit).Used;

    public static void Refused(string by, Verdict verdict, AdmitReply reply) =>
        Assert.Equal((verdict, (string?)by), (reply.Verdict, reply.RefusedBy));
}
