using System.Diagnostics;
using Sluice.Actors.Activations;
using Sluice.Actors.Codecs;
using Sluice.Actors.Hosting;
using Sluice.Actors.Turns;
using Sluice.Actors.Wire;

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
    private CancellationTokenSource? _receivedCancellation;
    private int _claimed;
    private int _openParts;

    internal ActorHost Host { get; private set; } = null!;

    public GrainId Target { get; private set; }

    public string InterfaceName => Method.Method.DeclaringType!.FullName!;

    public string MethodName => Method.Name;

    /// <summary>Nobody waits for an answer. Whether the caller does, the caller says: its version may differ.</summary>
    public bool OneWay => Received ? Correlation == 0 : Method.OneWay;

    internal abstract CallMethod Method { get; }

    internal override Interleaving Interleaving =>
        Activation is { Class.Reentrant: true } ? Interleaving.Always : Method.Interleaving;

    internal override string Name => $"{Target}.{Method.Name}";

    internal CancellationToken Cancellation { get; private set; }

    /// <summary>What the caller's request context was.</summary>
    internal Dictionary<string, object>? Carried { get; set; }

    /// <summary>Somebody listens to traces.</summary>
    internal bool Traced { get; set; }

    /// <summary>The caller's activity; default when there is none, or nobody listens.</summary>
    internal ActivityContext ParentContext { get; set; }

    /// <summary>It is one of those that are measured.</summary>
    internal bool Sampled { get; set; }

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

    /// <summary>The connection it goes or came by; null while it is only here.</summary>
    internal Connection? Connection { get; set; }

    /// <summary>Its number on that connection; zero for a one-way call.</summary>
    internal long Correlation { get; set; }

    /// <summary>How often it was sent, and came back without having run.</summary>
    internal int Detours { get; set; }

    /// <summary>
    /// Its sender cannot reach its owner, and asks the receiver, which is another silo, to send it on.
    /// </summary>
    internal bool AsksForwarding { get; set; }

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

    /// <summary>
    /// It came by that connection. A third part then keeps the object: the connection's own list of what it carried.
    /// </summary>
    internal void MarkReceived(Connection connection, long correlation, CancellationTokenSource? cancellation)
    {
        _receivedCancellation = cancellation;
        Connection = connection;
        Correlation = correlation;
        Received = true;
        _openParts = OneWay ? 2 : 3;
    }

    /// <summary>The connection has taken it off its list.</summary>
    internal void ForgottenByConnection() => EndPart();

    /// <summary>Its caller is gone, or waits no longer: it does not run if it has not begun.</summary>
    internal void DropReceived()
    {
        if (_receivedCancellation is { } cancellation)
        {
            Host.Scheduler.Schedule(new ApartWork(() => TellCancelled(cancellation)));
        }

        Cancel();
        EndPart();
    }

    /// <summary>It has not run, and will not run here; the connection has told its caller.</summary>
    internal void EndUnrun()
    {
        if (TryClaim())
        {
            EndPart();
        }

        EndPart();
    }

    /// <summary>A one-way call is over for its caller when it is on its way.</summary>
    internal void SentOneWay()
    {
        if (TryClaim())
        {
            BeforeAnswer(null);
            EndPart();
        }

        EndPart();
    }

    /// <summary>
    /// It was taken from a mailbox without having run, and is brought to another. Where it came from nobody waits.
    /// </summary>
    internal void ReadyAgain()
    {
        Received = false;
        Connection = null;
        Activation = null;
        Context = null;
        State = WorkState.Created;
    }

    /// <summary>
    /// Asks the owner the same, and answers what it says: nothing runs here. Like a run it happens once at most.
    /// </summary>
    internal abstract Task ForwardAsync();

    internal abstract void WriteArguments(ref WireWriter writer);

    internal abstract void WriteAnswer(ref WireWriter writer);

    /// <summary>Ends the call with the answer that came.</summary>
    /// <exception cref="MalformedPayloadException">It cannot be read; the call has not ended.</exception>
    internal abstract void AcceptAnswer(ref WireReader reader);

    /// <summary>Gives the caller the answer that came over the wire, and was kept until now.</summary>
    /// <param name="here">On this thread; otherwise on the pool.</param>
    internal abstract void GiveAnswer(bool here);

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
        if ((Sampled || failure is not null) && (Received || Connection is null))
        {
            NoteAnswered(failure);
        }

        if (failure is not null && OneWay)
        {
            Host.LogOneWayFailed(this, failure);
        }
    }

    /// <summary>It ended here, and was not sent elsewhere.</summary>
    private void NoteAnswered(Exception? failure)
    {
        if (Sampled)
        {
            Host.Statistics.Answered(this);
        }

        if (failure is not null)
        {
            Host.Statistics.Failed();
        }
    }

    protected void EndPart()
    {
        if (Interlocked.Decrement(ref _openParts) == 0 && MayReuse)
        {
            Carried = null;
            ParentContext = default;
            Traced = false;
            SourceId = default;
            CallerActivation = null;
            Caller = null;
            Context = null;
            Activation = null;
            State = WorkState.Created;
            Cancellation = default;
            Connection = null;
            _receivedCancellation = null;
            Received = false;
            Detours = 0;
            AsksForwarding = false;
            Reuse();
        }
    }

    protected abstract void Reuse();

    private void Cancel()
    {
        // A call that waits is taken out, and never runs. One that runs sees its token; its caller waits no longer.
        var removed = TryTakeBack();
        if (TryClaim())
        {
            AnswerFailure(new OperationCanceledException(Cancellation));
        }

        // It may have been put where it waits just then, by somebody who could not yet see that it is given up.
        if (removed || TryTakeBack())
        {
            EndPart();
        }
    }

    private bool TryTakeBack() =>
        (Activation is { } activation && activation.TryRemoveQueued(this))
        || (!Received && Connection is { } connection && connection.TryAbandon(this));

    /// <summary>Grain code that waits for its token runs elsewhere: what it does is no matter of connections.</summary>
    private Task TellCancelled(CancellationTokenSource cancellation)
    {
        try
        {
            cancellation.Cancel();
        }
        catch (Exception e)
        {
            Host.LogStrayFailure(Target, e);
        }

        return Task.CompletedTask;
    }
}
