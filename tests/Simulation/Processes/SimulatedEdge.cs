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
using Sluice.Edge.Pools;
using Sluice.Edge.Sessions;
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
    private readonly ClientChunks _chunks;
    private readonly AdmissionMiddleware _admission;
    private readonly Dictionary<ModelCall, PlannedCall> _plans = [];

    internal SimulatedEdge(Cluster cluster, SimulatedPool pool, string machine, int number)
    {
        (_cluster, _pool, Machine) = (cluster, pool, machine);
        Process = cluster.NewProcess($"edge-{number}@{machine}");
        var log = new ProcessLog(Process, cluster.Judge);
        Host = ClientHost.Make(cluster, Process, machine, log);
        Tap = new Tap(Host.Client, cluster, Process);
        var options = Options.Create(new EdgeOptions());
        var metrics = new EdgeMetrics(cluster.Meters());
        var live = new LiveCalls();
        _session = new EdgeSession(Tap, Process.Time, new Logger<EdgeSession>(log));
        _renew = new Renewals(
            Tap, live, _session, options, Process.Time, new Logger<Renewals>(log)).RunAsync;
        _completions = new Completions(Tap, live, options, Process.Time, new Logger<Completions>(log));
        _chunks = new ClientChunks(Tap, options, Process.Time, new Logger<ClientChunks>(log));
        var decisions = new Decisions(Tap, _completions, _chunks, options, metrics, Process.Time);
        _admission = new AdmissionMiddleware(ForwardAsync, decisions, live, _completions, metrics);
    }

    internal string Machine { get; }

    internal SimulatedProcess Process { get; }

    internal ActorHost Host { get; }

    internal Tap Tap { get; }

    /// <summary>It listens: it has a session.</summary>
    internal bool IsOpen { get; private set; }

    internal void Start() => Process.Begin(async () =>
    {
        await Host.StartAsync(CancellationToken.None);
        await _session.OpenAsync(CancellationToken.None);
        _cluster.Judge.SessionOpened(_session.Session);
        _cluster.World.Trace.Note(Process.Name, $"is edge session {_session.Session}");
        IsOpen = true;
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
        _chunks.Dispose();
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
            Body = Body,
            Pool = Pool,
        };
        var record = _cluster.Judge.Asked(call.RequestId, plan.Client.ClientId, plan.MustBeAdmitted);
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
            or OrleansMessageRejectionException or LimitExceededException || IsFromTheGrain(e))
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
        if (plan.PoolIsAway || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        call.Dispatched = true;
        var work = _pool.Send(Process, plan.Record!, plan.Length);
        call.PoolClosed = work.Closed;
        using var given = context.RequestAborted.Register(work.GiveUp);
        await work.Answered;
    }

    /// <summary>What a careful client of the grain may do at any time: asks again under the same id.</summary>
    private void Repeat(ModelCall call)
    {
        if (_plans.ContainsKey(call))
        {
            Process.Begin(() => Tap.RepeatAsync(call.Caller.ClientId, call.RequestId));
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

    internal bool MustBeAdmitted { get; init; }

    internal CallRecord? Record { get; set; }

    internal bool IsOver { get; set; }
}
