namespace Sluice.Edge.Pools;

/// <summary>What came of reading a pool's answer.</summary>
internal enum PoolBodyRead
{
    Bytes,
    End,

    /// <summary>The connection broke, or the pool broke HTTP.</summary>
    Broken,

    /// <summary>The pool said nothing for too long.</summary>
    Idle,
}

/// <summary>A pool's answer, with a limit on its silences.</summary>
internal sealed class PoolBody(Stream body, TimeSpan idleTimeout, CancellationTokenSource idle, TimeProvider time)
    : IDisposable
{
    private ITimer? _timer;

    /// <summary>Reads what has arrived. A client that is gone is an <see cref="OperationCanceledException"/>.</summary>
    public async ValueTask<(PoolBodyRead Result, int Length)> ReadAsync(
        Memory<byte> buffer, CancellationToken clientGone)
    {
        try
        {
            var reading = body.ReadAsync(buffer, idle.Token);
            var waiting = !reading.IsCompleted; // What is there already needs no clock.
            if (waiting)
            {
                _timer ??= time.CreateTimer(
                    static state => ((CancellationTokenSource)state!).Cancel(),
                    idle,
                    Timeout.InfiniteTimeSpan,
                    Timeout.InfiniteTimeSpan);
                _timer.Change(idleTimeout, Timeout.InfiniteTimeSpan);
            }

            var length = await reading;
            if (waiting)
            {
                _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }

            return length == 0 ? (PoolBodyRead.End, 0) : (PoolBodyRead.Bytes, length);
        }
        catch (OperationCanceledException) when (!clientGone.IsCancellationRequested)
        {
            return (PoolBodyRead.Idle, 0);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or ObjectDisposedException)
        {
            // The last: this edge has ended the call between two reads.
            clientGone.ThrowIfCancellationRequested();
            return (PoolBodyRead.Broken, 0);
        }
    }

    public void Dispose() => _timer?.Dispose();
}
