using System.Collections.Concurrent;
using System.Threading.Channels;
using Sluice.Grains.Abstractions.Audit;
using Sluice.Grains.Abstractions.Calls;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Edges;
using Sluice.Grains.Abstractions.Usage;

namespace Sluice.Unit.Edge;

/// <summary>A cluster as an edge sees it, whose grains do what a test says.</summary>
internal sealed class FakeCluster : IClusterClient
{
    private readonly ConcurrentDictionary<string, FakeClient> _clients = new();

    public IServiceProvider ServiceProvider => throw new NotSupportedException();

    /// <summary>Why no grain can be named now; null when they can, as when a silo has ever answered.</summary>
    public Exception? Failure { get; set; }

    /// <summary>The grain of that client.</summary>
    public FakeClient this[string clientId] => _clients.GetOrAdd(clientId, _ => new FakeClient());

    public FakeClient Client => this[Some.ClientId];

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey =>
        Failure is null ? (TGrainInterface)(object)this[primaryKey] : throw Failure;

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => throw new NotSupportedException();

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable => throw new NotSupportedException();
}

/// <summary>What the edge asked of one client's grain, and what the test lets it answer.</summary>
internal sealed class FakeClient : IClientAdmission, IEdgeSessionGrain, IUsageGrain, IRefusalGrain, ICallLogGrain,
    IReplayGrain
{
    public ConcurrentQueue<AdmitRequest> Admits { get; } = new();

    public ConcurrentQueue<IdentifyRequest> Identifies { get; } = new();

    public Channel<CompletionBatch> Completes { get; } = Channel.CreateUnbounded<CompletionBatch>();

    public Channel<LiveRequests> Renews { get; } = Channel.CreateUnbounded<LiveRequests>();

    public Channel<LiveRequests> Reports { get; } = Channel.CreateUnbounded<LiveRequests>();

    public Func<LiveRequests, Task<ReportReply>> OnReport { get; set; } = live => Task.FromResult(
        new ReportReply
        {
            Epoch = 1, IsRenewed = true, SlotTtl = TimeSpan.FromSeconds(15), Fence = SlotFence.Strict,
        });

    public Func<AdmitRequest, Task<AdmitReply>> OnAdmit { get; set; } = _ => Task.FromResult(Admitted);

    public Func<Task> OnComplete { get; set; } = () => Task.CompletedTask;

    public Func<LiveRequests, Task> OnRenew { get; set; } = _ => Task.CompletedTask;

    public IdentifyReply Identity { get; set; } = new() { Verdict = Verdict.Admitted };

    public Func<Task> OnIdentify { get; set; } = () => Task.CompletedTask;

    public Func<Task<long>> OnOpen { get; set; } = () => Task.FromResult(7L);

    public static AdmitReply Admitted =>
        new(Verdict.Admitted, TimeSpan.Zero, default, null, TimeSpan.FromSeconds(15), 1);

    public ValueTask<AdmitReply> Admit(AdmitRequest request)
    {
        Admits.Enqueue(request);
        return new ValueTask<AdmitReply>(OnAdmit(request));
    }

    public async ValueTask<IdentifyReply> Identify(IdentifyRequest request)
    {
        Identifies.Enqueue(request);
        await OnIdentify();
        return Identity;
    }

    public ValueTask Complete(CompletionBatch batch)
    {
        Completes.Writer.TryWrite(batch);
        return new ValueTask(OnComplete());
    }

    public ValueTask Renew(LiveRequests live)
    {
        Renews.Writer.TryWrite(live);
        return new ValueTask(OnRenew(live));
    }

    public async ValueTask<ReportReply> Report(LiveRequests live)
    {
        Reports.Writer.TryWrite(live);
        return await OnReport(live);
    }

    public Task<long> Open() => OnOpen();

    public Channel<UsageBatch> Appends { get; } = Channel.CreateUnbounded<UsageBatch>();

    public Func<Task> OnAppend { get; set; } = () => Task.CompletedTask;

    public Task Append(UsageBatch batch)
    {
        Appends.Writer.TryWrite(batch);
        return OnAppend();
    }

    public Channel<CallBatch> Calls { get; } = Channel.CreateUnbounded<CallBatch>();

    public Func<Task> OnCalls { get; set; } = () => Task.CompletedTask;

    public Task Append(CallBatch batch)
    {
        Calls.Writer.TryWrite(batch);
        return OnCalls();
    }

    public Queue<ReplayUse> Uses { get; } = new();

    public Func<Task<ReplayAnswer>> OnUse { get; set; } = () => Task.FromResult(ReplayAnswer.First);

    public Task<ReplayAnswer> Use(ReplayUse use)
    {
        Uses.Enqueue(use);
        return OnUse();
    }

    public Channel<RefusalReport> Notes { get; } = Channel.CreateUnbounded<RefusalReport>();

    public Func<Task> OnNote { get; set; } = () => Task.CompletedTask;

    public Task Note(RefusalReport report)
    {
        Notes.Writer.TryWrite(report);
        return OnNote();
    }
}
