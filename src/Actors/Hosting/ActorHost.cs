using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Sluice.Actors.Activations;
using Sluice.Actors.Calls;
using Sluice.Actors.Introspection;
using Sluice.Actors.Membership;
using Sluice.Actors.References;
using Sluice.Actors.Reminders;
using Sluice.Actors.Turns;
using Sluice.Actors.Wire;

namespace Sluice.Actors.Hosting;

/// <summary>
/// A silo's engine: builds grains, brings calls to them, ends them. This file: its parts and the way of a call. Start
/// and stop are in ActorHost.Lifecycle.cs.
/// </summary>
public sealed partial class ActorHost : IAsyncDisposable
{
    private readonly WaitGraph _waits = new();
    private readonly ICallTransport? _transport;
    private readonly IHostedTransport? _hosted;
    private readonly ILogger _logger;

    /// <param name="options">Checked by <see cref="StartAsync"/>, not here.</param>
    /// <param name="parts">What the host stands on.</param>
    public ActorHost(ActorHostOptions options, ActorHostParts parts)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(parts);
        Options = options;
        Parts = parts;
        _transport = parts.Transport;
        _hosted = parts.Transport as IHostedTransport;
        _logger = parts.Logging.CreateLogger<ActorHost>();

        // A period of zero is refused at the start; until then nothing may divide by it.
        Clock = new CoarseClock(
            parts.Time, options.SweepPeriod > TimeSpan.Zero ? options.SweepPeriod : TimeSpan.FromSeconds(1));
        Sweeper = new Sweeper(this);
        Catalog = new Catalog(this);
        RemoteWaiting = new RemoteWaiting(options.MaxWaitingRemote);
        References = new ReferenceFactory(this);
        Work = new HostContext(parts.Scheduler, LogHostWorkFailed);
        Reminders = new ReminderService(this);
        Metrics = new HostMetrics(this);
        Statistics = new CallStatistics(parts.Time);
        Reporter = new HostReporter(this);
    }

    /// <summary>References to grains, for code outside of them.</summary>
    public IClusterClient Client => References;

    /// <summary>References to grains.</summary>
    public IGrainFactory GrainFactory => References;

    internal ActorHostOptions Options { get; }

    internal ActorHostParts Parts { get; }

    internal IServiceProvider Services => Parts.Services;

    internal TimeProvider Time => Parts.Time;

    internal ITurnScheduler Scheduler => Parts.Scheduler;

    internal CoarseClock Clock { get; }

    internal Sweeper Sweeper { get; }

    internal Catalog Catalog { get; }

    internal RemoteWaiting RemoteWaiting { get; }

    internal ReferenceFactory References { get; }

    internal ReminderService Reminders { get; }

    internal HostContext Work { get; }

    internal HostMetrics Metrics { get; }

    internal ICallTransport? Transport => _transport;

    internal GrainModel Model =>
        _model ?? throw new InvalidOperationException("The actor host has not been started: await StartAsync first.");

    /// <summary>Runs a call that a transport has carried here. Its answer goes to the caller directly.</summary>
    public void Deliver(ITransportCall call)
    {
        var carried = (GrainCall)call;
        if (_stopped)
        {
            carried.Fail(new SiloUnavailableException("The silo has stopped."));
        }
        else if (Model.Find(carried.Target.Type) is null)
        {
            carried.Fail(new ArgumentException($"This silo has no grain class called {carried.Target.Type}."));
        }
        else
        {
            Bring(carried, null);
        }
    }

    /// <summary>All activations, in the order they were made.</summary>
    public IReadOnlyList<ActivationInfo> Activations() =>
        [.. Catalog.All().Select(activation => activation.Describe())];

    /// <summary>The activation of that grain; null when it has none.</summary>
    public ActivationInfo? Find(GrainId id) => Catalog.Find(id)?.Describe();

    /// <summary>Activations by the type of their grain.</summary>
    public IReadOnlyDictionary<GrainType, int> CountByType() =>
        Catalog.Unordered.CountBy(activation => activation.GrainId.Type).ToDictionary();

    internal int CountWaiting() => Catalog.Unordered.Sum(activation => activation.WaitingCount);

    internal void Send(GrainCall call, ActorReference reference)
    {
        var timeout = call.Method.Timeout ?? Options.ResponseTimeout;
        call.Deadline = Clock.After(timeout);
        call.Carried = RequestContext.Current;
        Statistics.Begin(call, Metrics.AreTimed);
        if (HostMetrics.Activities.HasListeners())
        {
            call.Traced = true;
            call.ParentContext = Activity.Current?.Context ?? default;
        }

        if (SynchronizationContext.Current is TurnContext turn && turn.Activation.Host == this)
        {
            SendFromGrain(call, turn);
        }
        else if (!_accepting && call.Target.Type.ToString() != Placement.SiloGrainType)
        {
            call.Fail(NotAccepting());
            return;
        }

        call.WatchCancellation();
        if (_transport is null || !_transport.TryTake(call))
        {
            Bring(call, reference);
        }
    }

    private static void SendFromGrain(GrainCall call, TurnContext turn)
    {
        call.SourceId = turn.Activation.GrainId;
        if (turn.Request is { } request && !call.OneWay)
        {
            call.KeepForGood();
            call.CallerActivation = turn.Activation;
            turn.Activation.AddOutgoing(call, request);
        }
    }

    private void Bring(GrainCall call, ActorReference? reference)
    {
        for (var activation = reference?.Last; ; activation = null)
        {
            activation ??= Catalog.GetOrCreate(call.Target);
            var enqueued = activation.TryEnqueue(call, checkedForDeadlock: false);
            InvalidOperationException? deadlock = null;
            if (enqueued is Enqueued.WouldWait)
            {
                enqueued = _waits.Enqueue(call, activation, out deadlock);
            }

            switch (enqueued)
            {
                case Enqueued.Dead:
                    continue;
                case Enqueued.Full:
                    call.Fail(new LimitExceededException(
                        $"requests waiting for {call.Target}", Options.MaxWaitingPerActivation,
                        Options.MaxWaitingPerActivation, null));
                    return;
                case Enqueued.Crowded:
                    call.Fail(new LimitExceededException(
                        $"requests of other processes that wait on this silo, when {call.Target} is flooded",
                        RemoteWaiting.Count, Options.MaxWaitingRemote, null));
                    return;
                default:
                    if (deadlock is not null)
                    {
                        call.Fail(deadlock);
                    }
                    else if (reference is not null && reference.Last != activation)
                    {
                        reference.Last = activation;
                    }

                    return;
            }
        }
    }
}
