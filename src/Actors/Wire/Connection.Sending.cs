using Sluice.Actors.Calls;
using Sluice.Actors.Codecs;
using Sluice.Actors.Membership;

namespace Sluice.Actors.Wire;

/// <summary>
/// What goes out. Frames are written into a buffer under a lock; whoever finds nobody sending has it sent, and what
/// comes meanwhile leaves together with the next write.
/// </summary>
internal sealed partial class Connection : IThreadPoolWorkItem
{
    /// <summary>Most bytes that may wait for a peer that does not read; then it is taken for lost.</summary>
    private const int MostUnsent = 64 << 20;

    private readonly Lock _sending = new();
    private readonly Dictionary<CallMethod, int> _methodNumbers = [];
    private WireBuffer _filling = new();
    private WireBuffer _leaving = new();
    private bool _flushing;
    private bool _closeWhenSent;

    /// <summary>The newest view that the peer has.</summary>
    private long _viewKnown;

    /// <summary>Sends a call. False: the connection is over, and the call is untouched.</summary>
    internal bool TrySend(GrainCall call)
    {
        var oneWay = call.OneWay;
        lock (_sending)
        {
            if (_closed || _draining)
            {
                return false;
            }

            var failure = Write(call, oneWay);
            if (failure is not null)
            {
                call.Fail(failure);
                return true;
            }

            // Given up while it was written: nobody knew then where to take it back.
            if (!oneWay && call.IsAnswered && TryAbandon(call))
            {
                call.ForgottenByConnection();
            }

            Flush();
        }

        if (oneWay)
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
                if (failure is null)
                {
                    WriteResult(call);
                }
                else
                {
                    Frames.WriteFailure(_filling, call.Correlation, failure);
                }

                Flush();
            }
        }

        call.ForgottenByConnection();
    }

    /// <summary>Says of a call that came by this connection that its grain lives elsewhere.</summary>
    internal void AnswerMoved(GrainCall call, ClusterView view)
    {
        _host.Metrics.Moved();
        SendView(view);
        if (!call.OneWay && _received.TryTake(call))
        {
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
            if (_closed || view.Version <= _viewKnown)
            {
                return;
            }

            _viewKnown = view.Version;
            Frames.WritePayload(_filling, FrameKind.View, ViewMessage.Of(view));
            Flush();
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

    /// <summary>Under the lock. What cannot be written leaves nothing behind in the buffer.</summary>
    private Exception? Write(GrainCall call, bool oneWay)
    {
        call.Connection = this;
        call.Correlation = 0;
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
            return oneWay || _pending.Take(call.Correlation) is not null ? e : null;
        }
    }

    private void WriteResult(GrainCall call)
    {
        var begun = _filling.Length;
        try
        {
            Frames.WriteResult(_filling, call);
        }
        catch (Exception e)
        {
            _filling.Length = begun;
            Frames.WriteFailure(_filling, call.Correlation, e);
        }
    }

    /// <summary>Under the lock: somebody sends what was written, now or after what is leaving.</summary>
    private void Flush()
    {
        if (_flushing)
        {
            if (_filling.Length > MostUnsent)
            {
                _ = Task.Run(() => Close(new IOException($"{Peer} does not read: {MostUnsent} bytes wait for it.")));
            }

            return;
        }

        _flushing = true;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute() => _ = FlushAsync();

    private async Task FlushAsync()
    {
        try
        {
            while (TakeFilled() is { } leaving)
            {
                await _stream.WriteAsync(leaving.Array.AsMemory(0, leaving.Length), _closing.Token);
            }

            if (_closeWhenSent)
            {
                Close(null);
            }
        }
        catch (Exception e)
        {
            Close(e);
        }
    }

    private WireBuffer? TakeFilled()
    {
        lock (_sending)
        {
            if (_filling.Length == 0 || _closed)
            {
                _flushing = false;
                return null;
            }

            (_filling, _leaving) = (_leaving, _filling);
            _filling.Clear();
            return _leaving;
        }
    }
}
