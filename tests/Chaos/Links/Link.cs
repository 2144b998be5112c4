using System.Net;
using System.Net.Sockets;

namespace Sluice.Chaos.Links;

/// <summary>Which way bytes go through a link.</summary>
[Flags]
internal enum Direction
{
    None = 0,

    /// <summary>From who connected to who was connected to.</summary>
    Forth = 1,

    /// <summary>The answers.</summary>
    Back = 2,
}

/// <summary>
/// A stretch of network: whoever connects here is connected to the target. It can be cut, in one direction or in both,
/// and for some callers only. A cut loses nothing and tells nobody, as when packets vanish: bytes wait until the link
/// is whole again, and who connects meanwhile hears nothing.
/// </summary>
internal sealed class Link : IAsyncDisposable
{
    private const int BufferBytes = 64 << 10;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _lock = new();
    private readonly Task _accepting;
    private readonly Func<int> _target;
    private TaskCompletionSource _changed = NewSource();
    private Func<string, Direction> _cut = _ => Direction.None;

    /// <param name="target">The port behind the link, asked for at each connection.</param>
    internal Link(Func<int> target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where to connect to.</summary>
    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Cuts the link from now on.</summary>
    /// <param name="cut">The directions that are cut for a caller, by the first bytes that it sent.</param>
    internal void Cut(Func<string, Direction> cut)
    {
        TaskCompletionSource before;
        lock (_lock)
        {
            _cut = cut;
            before = _changed;
            _changed = NewSource();
        }

        before.SetResult();
    }

    /// <summary>Makes the link whole; what waited goes on.</summary>
    internal void Heal() => Cut(_ => Direction.None);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _accepting;
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = CarryAsync(await _listener.AcceptTcpClientAsync(_closing.Token));
            }
        }
        catch (Exception e)
            when (_closing.IsCancellationRequested && e is OperationCanceledException or SocketException)
        {
            // The link is taken down.
        }
    }

    private async Task CarryAsync(TcpClient caller)
    {
        using var near = caller;
        using var far = new TcpClient { NoDelay = true };
        near.NoDelay = true;
        try
        {
            var first = new byte[BufferBytes];
            var length = await near.GetStream().ReadAsync(first, _closing.Token);
            var name = System.Text.Encoding.Latin1.GetString(first, 0, length);
            await OpenAsync(name, Direction.Forth | Direction.Back, any: true);
            await far.ConnectAsync(IPAddress.Loopback, _target(), _closing.Token);
            await far.GetStream().WriteAsync(first.AsMemory(0, length), _closing.Token);
            await Task.WhenAll(
                PumpAsync(near, far, name, Direction.Forth), PumpAsync(far, near, name, Direction.Back));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // Either end is gone, and so is the other when this returns.
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, string name, Direction direction)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            int length;
            while ((length = await from.GetStream().ReadAsync(buffer, _closing.Token)) > 0)
            {
                await OpenAsync(name, direction, any: false);
                await to.GetStream().WriteAsync(buffer.AsMemory(0, length), _closing.Token);
            }

            await OpenAsync(name, direction, any: false);
            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            await OpenAsync(name, direction, any: false); // Not even a reset gets through a cut.
            to.Close();
            from.Close();
        }
    }

    /// <summary>Waits until bytes of that caller get through.</summary>
    private async Task OpenAsync(string name, Direction direction, bool any)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                var cut = _cut(name);
                if ((cut & direction) == Direction.None || (any && cut == Direction.None))
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(_closing.Token);
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
