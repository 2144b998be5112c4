using System.Globalization;
using Sluice.Actors.Wire;
using Sluice.Simulation.Kernel;

namespace Sluice.Simulation.Network;

/// <summary>A port that a process listens on. Whoever connects waits there until the process takes it.</summary>
internal sealed class SimulatedPort(SimulatedNetwork network, SimulatedProcess process, string machine, int port)
    : IClusterListener
{
    private readonly Queue<Caller> _waiting = new();
    private TaskCompletionSource<Caller>? _accepting;

    public int Port => port;

    public string EndPoint => Text(machine, port);

    internal SimulatedProcess Process => process;

    internal static string Text(string machine, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"{machine}:{port}");

    public Task<Caller> AcceptAsync(CancellationToken cancellation)
    {
        if (_waiting.TryDequeue(out var caller))
        {
            return Task.FromResult(caller);
        }

        var accepting = _accepting = new TaskCompletionSource<Caller>();
        cancellation.UnsafeRegister(_ => process.Call(() => accepting.TrySetCanceled(cancellation)), null);
        return accepting.Task;
    }

    internal void Take(Caller caller)
    {
        _waiting.Enqueue(caller);
        process.Call(Wake);
    }

    public void Dispose()
    {
        network.Close(this);
        while (_waiting.TryDequeue(out var caller))
        {
            caller.Stream.Dispose();
        }
    }

    private void Wake()
    {
        if (_accepting is { Task.IsCompleted: false } accepting && _waiting.TryDequeue(out var caller))
        {
            _accepting = null;
            accepting.SetResult(caller);
        }
    }
}
