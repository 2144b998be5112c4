using System.Diagnostics;
using Sluice.Actors.Activations;
using Sluice.Actors.Hosting;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Calls;

/// <summary>One call to a grain, on both its sides: what the caller waits for and what the activation runs.</summary>
/// <remarks>
/// A call has two parts that end in any order: the run (waiting, running, dropped) and the answer (given, and taken by
/// the caller). A time-out or cancellation gives the answer while the run goes on. Whoever claims the answer first
/// gives it; the object may be used again only when both parts have ended.
/// </remarks>
internal abstract class GrainCall : WorkItem, ITransportCall
{
    private static readonly Action<object?> OnCanceled = state => ((GrainCall)state!).Cancel();

    private CancellationTokenRegistration _registration;
    private int _claimed;
    private int _openParts;

    internal ActorHost Host { get; private set; } = null!;

    public GrainId Target { get; private set; }

    public string InterfaceName => Method.Method.DeclaringType!.FullName!;

    public string MethodName => Method.Name;

    public bool OneWay => Method.OneWay;

    internal abstract CallMethod Method { get; }

    internal override Interleaving Interleaving =>
        Activation is { Class.Reentrant: true } ? Interleaving.Always : Method.Interleaving;

    internal override string Name => $"{Target}.{Method.Name}";

    internal CancellationToken Cancellation { get; private set; }

    /// <summary>What the caller's request context was.</summary>
    internal Dictionary<string, object>? Carried { get; set; }

    /// <summary>Somebody listens to traces.</summary>
    internal bool Traced { get; set; }

    /// <summary>The caller's activity; null when there is none, or nobody listens.</summary>
    internal Activity? ParentActivity { get; set; }

    /// <summary>When the call was made; -1 when nobody measures.</summary>
    internal long StartedTimestamp { get; set; }

    /// <summary>The calling grain; default when the call comes from outside.</summary>
    internal GrainId SourceId { get; set; }

    /// <summary>
    /// The request that made this call and waits for it; null when there is none. Guarded by the lock of
    /// <see cref="CallerActivation"/>.
    /// </summary>
    internal WorkItem? Caller { get; set; }

    internal Activation? CallerActivation { get; set; }

    internal bool IsAnswered => Volatile.Read(ref _claimed) != 0;

    /// <summary>Whether the object may serve another call when this one is over.</summary>
    protected bool MayReuse { get; private set; }

    protected void Prepare(ActorHost host, GrainId target, CancellationToken cancellation)
    {
        Host = host;
        Target = target;
        Cancellation = cancellation;
        _claimed = 0;
        _openParts = 2;
        MayReuse = true;
    }

    /// <summary>Watches the caller's token. Before the call is sent: afterwards it may be over at any time.</summary>
    internal void WatchCancellation()
    {
        if (Cancellation.CanBeCanceled)
        {
            _registration = Cancellation.UnsafeRegister(OnCanceled, this);
        }
    }

    /// <summary>A grain's call stays in its caller's list, so the object is not used again.</summary>
    internal void KeepForGood() => MayReuse = false;

    /// <summary>True for the one who may give the answer.</summary>
    internal bool TryClaim() => Interlocked.Exchange(ref _claimed, 1) == 0;

    /// <inheritdoc/>
    public void Fail(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (TryClaim())
        {
            AnswerFailure(exception);
        }

        EndPart();
    }

    /// <summary>Answers while the run goes on. The answer must have been claimed.</summary>
    internal void AnswerFailure(Exception exception)
    {
        BeforeAnswer(exception);
        GiveFailure(exception);
    }

    protected abstract void GiveFailure(Exception exception);

    protected void BeforeAnswer(Exception? failure)
    {
        if (!_registration.Unregister() && Cancellation.CanBeCanceled)
        {
            MayReuse = false; // The callback runs, or ran: it must not meet another call.
        }

        _registration = default;
        if (CallerActivation is { } caller)
        {
            caller.RemoveOutgoing(this);
        }

        Host.Metrics.CallEnded(this, failure);
        if (failure is not null && OneWay)
        {
            Host.LogOneWayFailed(this, failure);
        }
    }

    protected void EndPart()
    {
        if (Interlocked.Decrement(ref _openParts) == 0 && MayReuse)
        {
            Carried = null;
            ParentActivity = null;
            Traced = false;
            SourceId = default;
            CallerActivation = null;
            Caller = null;
            Context = null;
            Activation = null;
            State = WorkState.Created;
            Cancellation = default;
            Reuse();
        }
    }

    protected abstract void Reuse();

    private void Cancel()
    {
        // A call that waits is taken out, and never runs. One that runs sees its token; its caller waits no longer.
        var removed = Activation is { } activation && activation.TryRemoveQueued(this);
        if (TryClaim())
        {
            AnswerFailure(new OperationCanceledException(Cancellation));
        }

        if (removed)
        {
            EndPart();
        }
    }
}
