using Sluice.Actors.Calls;
using Sluice.Actors.Codecs;
using Sluice.Actors.Membership;

namespace Sluice.Actors.Wire;

/// <summary>What goes out: frames written under a lock. How they leave is in Connection.Flushing.cs.</summary>
internal sealed partial class Connection
{
    private readonly Lock _sending = new();
    private readonly Dictionary<CallMethod, int> _methodNumbers = [];

    /// <summary>The newest view that the peer has.</summary>
    private long _viewKnown;

    /// <summary>Sends a call. False: the connection is over, and the call is untouched.</summary>
    internal bool TrySend(GrainCall call)
    {
        if (call.IsAnswered)
        {
            call.ForgottenByConnection(); // Given up before it was sent.
            return true;
        }

        var oneWay = call.OneWay;
        var mayFlushHere = call.CallerActivation is null; // A grain's turn is not held up by sending.
        bool flushHere;
        Exception? failure;
        lock (_sending)
        {
            if (_closed || _draining)
            {
                return false;
            }

            TellView();
            failure = Write(call, oneWay);

            // Given up while it was written: nobody knew then where to take it back.
            if (failure is null && !oneWay && call.IsAnswered && TryAbandon(call))
            {
                call.ForgottenByConnection();
            }

            flushHere = mayFlushHere && FlushOneCall();
            if (!mayFlushHere)
            {
                Flush();
            }
        }

        if (flushHere)
        {
            FlushHere();
        }

        if (failure is not null)
        {
            call.Fail(failure);
        }
        else if (oneWay)
        {
            call.SentOneWay();
        }

        return true;
    }

    /// <summary>Answers a call that came by this connection, unless it was dropped meanwhile.</summary>
    internal void Answer(GrainCall call, Exception? failure)
    {
        if (call.OneWay || !_received.TryTake(call))
        {
            return;
        }

        lock (_sending)
        {
            if (!_closed)
            {
                TellView();
                WriteAnswer(call, failure);
                Flush();
            }
        }

        call.ForgottenByConnection();
    }

    /// <summary>Says of a call that came by this connection, and is waited for: its grain lives elsewhere.</summary>
    internal void AnswerMoved(GrainCall call, ClusterView view)
    {
        _host.Metrics.Moved();
        if (_received.TryTake(call))
        {
            SendView(view);
            Send(call.Correlation, static (buffer, correlation) =>
                Frames.WriteCorrelated(buffer, FrameKind.Moved, correlation));
            call.ForgottenByConnection();
        }

        call.EndUnrun();
    }

    /// <summary>Sends the view, unless the peer has it, or a newer one.</summary>
    internal void SendView(ClusterView view)
    {
        lock (_sending)
        {
            if (!_closed && Tell(view))
            {
                Flush();
            }
        }
    }

    /// <summary>Closes the connection when everything written so far has left.</summary>
    internal void CloseWhenSent()
    {
        lock (_sending)
        {
            _closeWhenSent = true;
            Flush();
        }
    }

    internal void SendManifest(GrainManifest manifest) => Send(manifest, static (buffer, sent) =>
        Frames.WritePayload(buffer, FrameKind.Manifest, sent));

    internal void SendPing() => Send(0L, static (buffer, _) => Frames.WriteEmpty(buffer, FrameKind.Ping));

    internal void SendUnreachable(long siloId) => Send(siloId, static (buffer, silo) =>
        Frames.WriteCorrelated(buffer, FrameKind.Unreachable, silo));

    private void SendPong() => Send(0L, static (buffer, _) => Frames.WriteEmpty(buffer, FrameKind.Pong));

    private void SendCancel(long correlation) => Send(correlation, static (buffer, cancelled) =>
        Frames.WriteCorrelated(buffer, FrameKind.Cancel, cancelled));

    private void SendFailure(long correlation, Exception failure) => Send(
        (correlation, failure, _host.Options.SendsStacks),
        static (buffer, sent) => Frames.WriteFailure(buffer, sent.correlation, sent.failure, sent.SendsStacks));

    private void Send<T>(T what, Action<WireBuffer, T> write)
    {
        lock (_sending)
        {
            if (!_closed)
            {
                write(_filling, what);
                Flush();
            }
        }
    }

    /// <summary>
    /// Under the lock, before a call or an answer: whoever gets it has the view by which it was sent, or a newer one.
    /// </summary>
    private void TellView()
    {
        if (_owner.ViewToTell is { } view)
        {
            Tell(view);
        }
    }

    private bool Tell(ClusterView view)
    {
        if (view.Version <= _viewKnown)
        {
            return false;
        }

        _viewKnown = view.Version;
        Frames.WritePayload(_filling, FrameKind.View, ViewMessage.Of(view));
        return true;
    }

    /// <summary>Under the lock. What cannot be written leaves nothing behind in the buffer.</summary>
    private Exception? Write(GrainCall call, bool oneWay)
    {
        call.Correlation = 0; // First: by an old one, in another connection's count, nobody may take it back here.
        call.Connection = this;
        if (!oneWay && !_pending.TryAdd(call))
        {
            return new LimitExceededException(
                $"calls open on the connection to {Peer}", PendingCalls.Most, PendingCalls.Most, null);
        }

        if (!_methodNumbers.TryGetValue(call.Method, out var number))
        {
            _methodNumbers.Add(call.Method, number = _methodNumbers.Count);
            Frames.WriteMethod(_filling, number, call.Method);
        }

        var begun = _filling.Length;
        try
        {
            Frames.WriteCall(_filling, call, number, _host.Clock);
            return null;
        }
        catch (Exception e)
        {
            _filling.Length = begun;
            return oneWay || _pending.TryTake(call) ? e : null; // Null: it has been given up, and told, meanwhile.
        }
    }

    private void WriteAnswer(GrainCall call, Exception? failure)
    {
        if (failure is not null)
        {
            Frames.WriteFailure(_filling, call.Correlation, failure, _host.Options.SendsStacks);
            return;
        }

        var begun = _filling.Length;
        try
        {
            Frames.WriteResult(_filling, call);
        }
        catch (Exception e)
        {
            _filling.Length = begun;
            Frames.WriteFailure(_filling, call.Correlation, e, _host.Options.SendsStacks);
        }
    }
}
