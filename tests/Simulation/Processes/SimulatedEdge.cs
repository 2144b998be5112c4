using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sluice.Actors.Hosting;
using Sluice.Edge;
using Sluice.Edge.Admission;
using Sluice.Edge.Calls;
using Sluice.Edge.Chunks;
using Sluice.Edge.Credentials;
using Sluice.Edge.Degraded;
using Sluice.Edge.Pools;
using Sluice.Edge.Sessions;
using Sluice.Edge.Usage;
using Sluice.Edge.UsageLog;
using Sluice.Rules.Estimates;
using Sluice.Simulation.Judging;
using Sluice.Simulation.Kernel;

namespace Sluice.Simulation.Processes;

/// <summary>
/// One edge process: the real admission step with its decisions, renewals and completions, in front of a simulated pool
/// and behind simulated clients.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Killing it is its end.")]
internal sealed class SimulatedEdge
{
    private static readonly Pool Pool = new(
        "pool", new Uri("http://pool"), ["m"], null, false, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1));

    private static readonly CallBody Body = new("m", false, false, default);

    private readonly Cluster _cluster;
    private readonly SimulatedPool _pool;
    private readonly EdgeSession _session;
    private readonly Func<CancellationToken, Task> _renew;
    private readonly Completions _completions;
    private readonly SlotFences _fences;
    private readonly ClientChunks _chunks;
    private readonly UsageSender _sender;
    private readonly AdmissionMiddleware _admission;
    private readonly Dictionary<ModelCall, PlannedCall> _plans = [];

    internal SimulatedEdge(Cluster cluster, SimulatedPool pool, string machine, int number)
    {
        (_cluster, _pool, Machine) = (cluster, pool, machine);
        Process = cluster.NewProcess($"edge-{number}@{machine}");
        var log = new ProcessLog(Process, cluster.Judge);
        Host = ClientHost.Make(cluster, Process, machine, log);
        Tap = new Tap(Host.Client, cluster, Process);
        // The lowest rate at which chunks are asked for, and as much room for the log as an outage of it fills.
        var options = Options.Create(new EdgeOptions { ChunksFromRequestsPerSecond = 64, UsageEventsMax = 400 });
        var metrics = new EdgeMetrics(cluster.Meters());
        var live = new LiveCalls();
        var fences = _fences = new SlotFences(live, metrics, Process.Time, new Logger<SlotFences>(log));
        _session = new EdgeSession(Tap, Process.Time, new Logger<EdgeSession>(log));
        var logged = new UsageMetrics(cluster.Meters());
        var usage = new UsageBuffer(_session, live, logged, options, Process.Time);
        _renew = new Renewals(
            Tap, live, fences, _session, options, Process.Time, new Logger<Renewals>(log), usage).RunAsync;
        _sender = new UsageSender(Tap, _session, usage, logged, options, Process.Time, new Logger<UsageSender>(log));
        _completions = new Completions(Tap, live, options, Process.Time, new Logger<Completions>(log), usage);
        _chunks = new ClientChunks(Tap, options, Process.Time, new Logger<ClientChunks>(log), usage);
        var degraded = new DegradedMetrics(cluster.Meters());
        var known = new KnownClients(live, degraded, Process.Time);
        var outages = new OwnerOutages(degraded, Process.Time, new Logger<OwnerOutages>(log));
        var questions = new Questions(Tap, _completions, fences, _chunks, known, outages, options, Process.Time);
        var decisions = new Decisions(
            questions, _chunks, known, outages, options, metrics, Process.Time);
        _admission = new AdmissionMiddleware(ForwardAsync, decisions, live, _completions, metrics, usage);
    }

    internal string Machine { get; }

    internal SimulatedProcess Process { get; }

    internal ActorHost Host { get; }

    internal Tap Tap { get; }

    /// <summary>Which of all edges that ever were it is, once it is open.</summary>
    internal long Session => _session.Session;

    /// <summary>It listens: it has a session.</summary>
    internal bool IsOpen { get; private set; }

    internal void Start() => Process.Begin(async () =>
    {
        await Host.StartAsync(CancellationToken.None);
        await _session.OpenAsync(CancellationToken.None);
        _cluster.Judge.SessionOpened(_session.Session);
        _cluster.World.Trace.Note(Process.Name, $"is edge session {_session.Session}");
        IsOpen = true;
        await _sender.StartAsync(CancellationToken.None);
        await _renew(CancellationToken.None);
    });

    internal void Kill()
    {
        IsOpen = false;
        Process.Kill();
        _cluster.Network.Gone(Process);
        _pool.EdgeIsGone(Process);
        Host.Metrics.Dispose();
        _completions.Dispose();
        _fences.Dispose();
        _chunks.Dispose();
        _sender.Dispose();
    }

    /// <summary>A client calls.</summary>
    internal void Take(PlannedCall plan) => Process.Begin(() => HandleAsync(plan));

    private async Task HandleAsync(PlannedCall plan)
    {
        using var hungUp = new CancellationTokenSource();
        var call = new ModelCall
        {
            RequestId = _session.Next(),
            Caller = new Caller(plan.Client.ClientId, 1, Cluster.Digest),
            Body = Body with { Input = new InputEstimate(plan.InputUpper, 0, 0), OutputCap = plan.OutputCap },
            Pool = Pool,
        };
        var record = _cluster.Judge.Asked(
            call.RequestId, plan.Client.ClientId, Process, plan.MustBeAdmitted, plan.InputUpper, plan.OutputCap);
        plan.Record = record;
        _plans.Add(call, plan);
        var context = new DefaultHttpContext { RequestAborted = hungUp.Token };
        context.Response.Body = Stream.Null;
        context.Features.Set(call);
        if (plan.HangsUpAfter is { } after)
        {
            Plan(after, () => HangUp(hungUp));
        }

        for (var repeat = 0; repeat < plan.Repeats; repeat++)
        {
            Plan(_cluster.World.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(300)), () => Repeat(call));
        }

        try
        {
            await _admission.InvokeAsync(context);
            _cluster.Judge.Answered(record, context.Response.StatusCode, hungUp.IsCancellationRequested);
        }
        catch (Exception e) when (e is TimeoutException or OrleansException or OperationCanceledException
            or OrleansMessageRejectionException or LimitExceededException or OutageException || IsFromTheGrain(e))
        {
            _cluster.Judge.Answered(record, StatusCodes.Status503ServiceUnavailable, hungUp.IsCancellationRequested);
            if (_cluster.World.Trace.IsRead)
            {
                _cluster.World.Trace.Aside(Process.Name, $"{record}: {e.GetType().Name}: {e.Message}");
            }
        }
        finally
        {
            _plans.Remove(call);
            plan.IsOver = true;
        }
    }

    /// <summary>The pool step: a call goes out, or does not; the answer comes back, or nobody waits for it.</summary>
    private async Task ForwardAsync(HttpContext context)
    {
        var call = context.Call();
        var plan = _plans[call];
        if (plan.PoolIsAway || call.IsCutOff || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        call.Dispatched = true;
        _cluster.Judge.Dispatched(plan.Record!, call.IsDegraded, call.SpentOf?.Chunk.Id.Number ?? 0);
        var work = _pool.Send(Process, plan.Record!, plan.Length, plan.Use);
        call.PoolClosed = work.Closed;
        call.Connection = work;
        using var given = context.RequestAborted.Register(work.GiveUp);
        await work.Answered;
        call.Usage = work.Told ?? default;
        plan.Record!.Use = work.Told is { } told ? (told.Input, told.Output) : (plan.InputUpper, 0);
    }

    /// <summary>What a careful client of the grain may do at any time: asks again under the same id.</summary>
    private void Repeat(ModelCall call)
    {
        // Of a call that its edge has admitted by itself no grain is ever asked.
        if (call is { IsAsked: true, IsDegraded: false, SpentOf: null } && _plans.TryGetValue(call, out var plan))
        {
            Process.Begin(() => Tap.RepeatAsync(plan.Record!));
        }
    }

    private static void HangUp(CancellationTokenSource hungUp)
    {
        try
        {
            hungUp.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Its call was over before.
        }
    }

    private static bool IsFromTheGrain(Exception exception) =>
        exception is InconsistentStateException or Database.DatabaseTroubleException or InvalidOperationException;

    private void Plan(TimeSpan after, Action what) => _cluster.World.Plan(after, () => Process.Call(what));
}

/// <summary>What a simulated client does, drawn before it does it.</summary>
internal sealed class PlannedCall
{
    internal required SimulatedClient Client { get; init; }

    /// <summary>How long the pool works on it.</summary>
    internal required TimeSpan Length { get; init; }

    /// <summary>When its client hangs up; null is never.</summary>
    internal TimeSpan? HangsUpAfter { get; init; }

    /// <summary>Nobody could reach the pool: not a byte goes out.</summary>
    internal bool PoolIsAway { get; init; }

    /// <summary>How often the question is asked again while the call runs.</summary>
    internal int Repeats { get; init; }

    /// <summary>Tokens that it reads at most, says it may answer at most, and uses.</summary>
    internal long InputUpper { get; init; } = 20;

    internal long OutputCap { get; init; } = 100;

    internal TokenUsage Use { get; init; } = new(10, 20);

    internal bool MustBeAdmitted { get; init; }

    internal CallRecord? Record { get; set; }

    internal bool IsOver { get; set; }
}
