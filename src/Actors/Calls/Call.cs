using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Sluice.Actors.Codecs;
using Sluice.Actors.Hosting;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Calls;

/// <summary>A call with its arguments and result, in their own types: nothing is boxed on the way.</summary>
internal sealed partial class Call<TArgs, TResult> : GrainCall, IValueTaskSource<TResult>, IValueTaskSource
{
    /// <summary>Kept per thread; enough for the calls that one thread's callers have open.</summary>
    private const int MostKept = 128;

    [ThreadStatic]
    private static Call<TArgs, TResult>? _kept;

    [ThreadStatic]
    private static int _keptCount;

    private readonly Action _onCompleted;
    private ManualResetValueTaskSourceCore<TResult> _answer;
    private TaskCompletionSource<TResult>? _task;
    private CallMethod<TArgs, TResult> _method = null!;
    private TArgs _args = default!;
    private ValueTaskAwaiter<TResult> _running;
    private TResult _result = default!;
    private Exception? _failure;
    private Call<TArgs, TResult>? _nextKept;
    private bool _wanted;

    private Call()
    {
        _onCompleted = OnCompleted;

        // A caller's code never runs on the grain's turn.
        _answer.RunContinuationsAsynchronously = true;
    }

    internal override CallMethod Method => _method;

    internal TArgs Args => _args;

    internal static Call<TArgs, TResult> Take(
        ActorHost host, GrainId target, CallMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellation)
    {
        var call = _kept;
        if (call is null)
        {
            call = new Call<TArgs, TResult>();
        }
        else
        {
            _kept = call._nextKept;
            call._nextKept = null;
            _keptCount--;
        }

        call.Prepare(host, target, cancellation);
        call._method = method;
        call._args = args;
        return call;
    }

    /// <summary>The answer as a value task, to be awaited once.</summary>
    internal ValueTask<TResult> AsValueTask()
    {
        _wanted = true;
        return new ValueTask<TResult>(this, _answer.Version);
    }

    /// <summary>The answer, for a method without a result.</summary>
    internal ValueTask AsPlainValueTask()
    {
        _wanted = true;
        return new ValueTask(this, _answer.Version);
    }

    /// <summary>The answer as a task. Like the two above, to be asked for before the call is sent.</summary>
    internal Task<TResult> AsTask()
    {
        _task = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _task.Task;
    }

    [SuppressMessage("Reliability", "CA2012", Justification = "The awaiter is kept, and asked once, in Collect.")]
    internal override bool Start()
    {
        if (IsAnswered)
        {
            return true; // Cancelled on its way here: nobody waits, so it does not run.
        }

        if (Deadline <= Host.Clock.Now)
        {
            _failure = Activation!.DescribeTimeout(this, queuedBefore: 0);
            return true;
        }

        if (Sampled)
        {
            Host.Statistics.Waited(this);
        }

        try
        {
            _running = Activation!.Class.CallDirectly && !Traced
                ? _method.Invoke(Activation.GrainInstance!, _args, Cancellation).GetAwaiter()
                : DecoratedCall.Run(this, _method).GetAwaiter();
        }
        catch (Exception e)
        {
            _failure = e;
            return true;
        }

        if (_running.IsCompleted)
        {
            Collect();
            return true;
        }

        _running.UnsafeOnCompleted(_onCompleted);
        return false;
    }

    internal override void Ended()
    {
        Activation!.Notice(_failure);
        EndRun();
    }

    internal override void WriteArguments(ref WireWriter writer) => _method.ArgumentsCodec.Write(ref writer, _args);

    internal override void WriteAnswer(ref WireWriter writer) => _method.ResultCodec.Write(ref writer, _result);

    internal override void AcceptAnswer(ref WireReader reader)
    {
        var result = _method.ResultCodec.Read(ref reader);
        if (TryClaim())
        {
            _result = result;
            BeforeAnswer(null);
            if (!_wanted || !Errands.TryTake(this))
            {
                GiveResult();
            }
        }

        EndPart();
    }

    internal override void GiveAnswer(bool here)
    {
        _answer.RunContinuationsAsynchronously = !here;
        _answer.SetResult(_result); // From here on the caller may take the result, and the object.
    }

    protected override void GiveFailure(Exception exception)
    {
        if (Received)
        {
            Connection!.Answer(this, exception);
            EndPart();
            return;
        }

        if (_wanted)
        {
            _answer.SetException(exception);
            return;
        }

        if (exception is OperationCanceledException canceled)
        {
            _task?.TrySetFromTask(Canceled(canceled)); // TrySetCanceled would make another exception of it.
        }
        else
        {
            _task?.TrySetException(exception);
        }

        EndPart();
    }

    protected override void Reuse()
    {
        _answer.Reset();
        _answer.RunContinuationsAsynchronously = true;
        _task = null;
        _args = default!;
        _result = default!;
        _failure = null;
        _wanted = false;
        if (_keptCount < MostKept)
        {
            _nextKept = _kept;
            _kept = this;
            _keptCount++;
        }
    }

    TResult IValueTaskSource<TResult>.GetResult(short token) => TakeResult(token);

    void IValueTaskSource.GetResult(short token) => TakeResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _answer.GetStatus(token);

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);

    /// <summary>The run is over: whoever still waits gets what came of it.</summary>
    private void EndRun()
    {
        if (TryClaim())
        {
            if (_failure is null)
            {
                BeforeAnswer(null);
                GiveResult();
            }
            else
            {
                AnswerFailure(_failure);
            }
        }

        EndPart();
    }

    private static async Task<TResult> Canceled(OperationCanceledException exception) => throw exception;

    private void GiveResult()
    {
        if (Received)
        {
            Connection!.Answer(this, null);
            EndPart();
            return;
        }

        if (_wanted)
        {
            _answer.SetResult(_result); // From here on the caller may take the result, and the object.
            return;
        }

        _task?.TrySetResult(_result);
        EndPart();
    }

    private TResult TakeResult(short token)
    {
        if (_answer.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            return _answer.GetResult(token); // Throws: nobody may take what is not there.
        }

        try
        {
            return _answer.GetResult(token);
        }
        finally
        {
            EndPart();
        }
    }

    private void OnCompleted()
    {
        Collect();
        Activation!.Finish(this);
    }

    private void Collect()
    {
        try
        {
            _result = _running.GetResult();
        }
        catch (Exception e)
        {
            _failure = e;
        }

        _running = default;
    }
}
