using System.Net;
using System.Net.Sockets;
using Sluice.Actors.Hosting;

namespace Sluice.Actors.Wire;

/// <summary>The network of the machine.</summary>
internal sealed class TcpNetwork : IClusterNetwork
{
    public async Task<IReadOnlyList<string>> ResolveAsync(string host) =>
        [.. (await Dns.GetHostAddressesAsync(host)).Select(address => address.ToString())];

    public async Task<Stream> ConnectAsync(string address, int port, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public IClusterListener Listen(string address, int port)
    {
        Socket? socket = null;
        try
        {
            var ip = IPAddress.Parse(address);
            socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(ip, port));
            socket.Listen();
            return new TcpListener(socket);
        }
        catch (Exception e) when (e is SocketException or FormatException)
        {
            socket?.Dispose();
            throw new ActorConfigurationException(
                [$"The cluster port {address}:{port} cannot be listened on: {e.Message}"]);
        }
    }

    private sealed class TcpListener(Socket socket) : IClusterListener
    {
        private readonly IPEndPoint _endPoint = (IPEndPoint)socket.LocalEndPoint!;

        public int Port => _endPoint.Port;

        public string EndPoint => _endPoint.ToString();

        public async Task<Caller> AcceptAsync(CancellationToken cancellation)
        {
            var accepted = await socket.AcceptAsync(cancellation);
            try
            {
                var address = accepted.RemoteEndPoint?.ToString() ?? "an unknown address";
                accepted.NoDelay = true;
                return new Caller(new NetworkStream(accepted, ownsSocket: true), address);
            }
            catch
            {
                accepted.Dispose();
                throw;
            }
        }

        public void Dispose() => socket.Dispose();
    }
}
