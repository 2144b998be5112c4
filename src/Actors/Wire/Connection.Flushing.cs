using Sluice.Actors.Codecs;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Wire;

/// <summary>
/// How frames leave: they are written into one buffer while another is on its way. Whoever writes and finds nobody
/// sending has it sent, and what comes meanwhile leaves together with the next write.
/// </summary>
internal sealed partial class Connection : IThreadPoolWorkItem
{
    /// <summary>Most bytes that may wait for a peer that does not read; then it is taken for lost.</summary>
    internal const int MostUnsent = 64 << 20;

    private const int MostPendingToSendHere = 4;

    private WireBuffer _filling = new();
    private WireBuffer _leaving = new();
    private bool _flushing;
    private bool _closeWhenSent;
    private bool _choked;

    void IThreadPoolWorkItem.Execute() => _ = FlushAsync();

    /// <summary>Under the lock: somebody sends what was written, now or after what is leaving.</summary>
    private void Flush()
    {
        if (_filling.Length > MostUnsent && !_choked)
        {
            _choked = true;
            _scheduler.Schedule(new ApartWork(() =>
            {
                Close(new IOException($"{Peer} does not read: {MostUnsent} bytes wait for it."));
                return Task.CompletedTask;
            }));
        }

        if (!_flushing)
        {
            _flushing = true;
            if (!Errands.TryTakeFlush(this))
            {
                FlushElsewhere();
            }
        }
    }

    /// <summary>
    /// Under the lock, as <see cref="Flush"/>, by a thread that sends one call. True: it is to send it itself, when it
    /// has left the lock. With few calls open nobody is likely to write more at once; with many, what others write
    /// meanwhile should leave together.
    /// </summary>
    private bool FlushOneCall()
    {
        if (_flushing || _pending.Count > MostPendingToSendHere)
        {
            Flush();
            return false;
        }

        return _flushing = true;
    }

    /// <summary>By whoever was left to flush.</summary>
    internal void FlushHere() => _ = FlushAsync();

    /// <summary>By whoever was left to flush.</summary>
    internal void FlushElsewhere() => _scheduler.Schedule(this);

    private async Task FlushAsync()
    {
        try
        {
            while (TakeFilled(out var isLast) is { } leaving)
            {
                await _stream.WriteAsync(leaving.Array.AsMemory(0, leaving.Length), _closing.Token);
                if (isLast)
                {
                    Close(null);
                }
            }
        }
        catch (Exception e)
        {
            Close(e);
        }
    }

    /// <summary>Null when there is nothing to send.</summary>
    /// <param name="isLast">The connection is to be closed behind it.</param>
    private WireBuffer? TakeFilled(out bool isLast)
    {
        lock (_sending)
        {
            isLast = _closeWhenSent;
            if (_closed || (_filling.Length == 0 && !isLast))
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
