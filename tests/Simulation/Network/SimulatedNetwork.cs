using System.Net.Sockets;
using Sluice.Actors.Wire;
using Sluice.Simulation.Kernel;

namespace Sluice.Simulation.Network;

/// <summary>
/// Machines and the ways between them. What travels is bytes of connections, as over TCP: in order and complete within
/// one direction of one connection, late by any time, and lost only together with the connection.
/// </summary>
internal sealed class SimulatedNetwork(SimulatedWorld world)
{
    private static readonly TimeSpan UsualLatency = TimeSpan.FromMilliseconds(0.4);
    private static readonly TimeSpan RareLatency = TimeSpan.FromMilliseconds(120);

    private readonly SortedDictionary<string, SimulatedPort> _ports = new(StringComparer.Ordinal);
    private readonly SortedSet<(string From, string To)> _blocked = [];
    private readonly List<SimulatedStream> _streams = [];

    internal SimulatedWorld World => world;

    /// <summary>How many times slower than usual messages are; 1 or more.</summary>
    internal required int Slowness { get; init; }

    /// <summary>How a process on that machine sees the network.</summary>
    internal IClusterNetwork SeenFrom(SimulatedProcess process, string machine) =>
        new Interface(this, process, machine);

    /// <summary>
    /// From here on nothing arrives that way. What was sent is sent again until it does, as TCP has it.
    /// </summary>
    internal void Block(string from, string to) => _blocked.Add((from, to));

    internal void Unblock(string from, string to)
    {
        if (_blocked.Remove((from, to)))
        {
            foreach (var stream in _streams.ToArray())
            {
                stream.RouteOpened(from, to);
            }
        }
    }

    internal bool IsBlocked(string from, string to) => _blocked.Count > 0 && _blocked.Contains((from, to));

    /// <summary>Breaks every connection between two machines; new ones may be made at once.</summary>
    internal void Cut(string one, string other)
    {
        foreach (var stream in _streams.ToArray())
        {
            if (stream.Machine == one && stream.Other!.Machine == other)
            {
                world.Plan(Latency(), stream.Reset);
                world.Plan(Latency(), stream.Other.Reset);
            }
        }
    }

    /// <summary>The process is gone: its machine closes its connections and its port.</summary>
    internal void Gone(SimulatedProcess process)
    {
        foreach (var key in _ports.Where(port => port.Value.Process == process).Select(port => port.Key).ToList())
        {
            _ports.Remove(key);
        }

        foreach (var stream in _streams.ToArray())
        {
            if (stream.Process == process)
            {
                stream.End();
                _streams.Remove(stream);
            }
        }
    }

    internal void Forget(SimulatedStream stream) => _streams.Remove(stream);

    internal void Close(SimulatedPort port)
    {
        if (_ports.TryGetValue(port.EndPoint, out var open) && open == port)
        {
            _ports.Remove(port.EndPoint);
        }
    }

    internal long Latency() => world.Draw(Slowness * UsualLatency, RareLatency, oneIn: 400);

    private SimulatedPort Listen(SimulatedProcess process, string machine, int port)
    {
        var listener = new SimulatedPort(this, process, machine, port);
        return _ports.TryAdd(listener.EndPoint, listener)
            ? listener
            : throw new IOException($"{listener.EndPoint} is listened on already.");
    }

    /// <summary>A way back is needed too: without it nobody knows that the connection is made.</summary>
    private Task<Stream> ConnectAsync(
        SimulatedProcess process, string machine, string address, int port, CancellationToken cancellation)
    {
        var made = new TaskCompletionSource<Stream>();
        if (cancellation.CanBeCanceled)
        {
            cancellation.UnsafeRegister(_ => process.Call(() => made.TrySetCanceled(cancellation)), null);
        }

        world.Plan(Latency(), () =>
        {
            if (IsBlocked(machine, address) || IsBlocked(address, machine) || made.Task.IsCompleted || process.IsDead)
            {
                return; // Nothing comes back; who asked waits until it has no more patience.
            }

            if (!_ports.TryGetValue(SimulatedPort.Text(address, port), out var listener))
            {
                process.Call(() => made.TrySetException(new SocketException((int)SocketError.ConnectionRefused)));
                return;
            }

            var near = new SimulatedStream(this, process, machine);
            var far = new SimulatedStream(this, listener.Process, address);
            (near.Other, far.Other) = (far, near);
            _streams.Add(near);
            _streams.Add(far);
            listener.Take(new Caller(far, machine));
            process.Call(() =>
            {
                if (!made.TrySetResult(near))
                {
                    near.Dispose();
                }
            });
        });
        return made.Task;
    }

    private sealed class Interface(SimulatedNetwork network, SimulatedProcess process, string machine) : IClusterNetwork
    {
        public Task<IReadOnlyList<string>> ResolveAsync(string host) => Task.FromResult<IReadOnlyList<string>>([host]);

        public Task<Stream> ConnectAsync(string address, int port, CancellationToken cancellation) =>
            network.ConnectAsync(process, machine, address, port, cancellation);

        public IClusterListener Listen(string address, int port) => network.Listen(process, machine, port);
    }
}
