using System.Net.Sockets;
using Sluice.Actors.Wire;

namespace Sluice.Cluster.Engine;

/// <summary>One process's way to others, of which a test cuts some; everybody else still reaches them.</summary>
internal sealed class PartialNetwork : IClusterNetwork
{
    private readonly TcpNetwork _tcp = new();
    private readonly Lock _lock = new();
    private readonly HashSet<int> _cut = [];
    private readonly List<(int Port, Stream Stream)> _open = [];

    /// <summary>Connections to that port break, and none is made until <see cref="Mend"/>.</summary>
    internal void Cut(int port)
    {
        lock (_lock)
        {
            _cut.Add(port);
            foreach (var (_, stream) in _open.Where(one => one.Port == port))
            {
                stream.Dispose();
            }
        }
    }

    internal void Mend(int port)
    {
        lock (_lock)
        {
            _cut.Remove(port);
        }
    }

    public Task<IReadOnlyList<string>> ResolveAsync(string host) => _tcp.ResolveAsync(host);

    public async Task<Stream> ConnectAsync(string address, int port, CancellationToken cancellation)
    {
        var stream = await _tcp.ConnectAsync(address, port, cancellation);
        lock (_lock)
        {
            if (!_cut.Contains(port))
            {
                _open.Add((port, stream));
                return stream;
            }
        }

        await stream.DisposeAsync();
        throw new SocketException((int)SocketError.HostUnreachable);
    }

    public IClusterListener Listen(string address, int port) => _tcp.Listen(address, port);
}
