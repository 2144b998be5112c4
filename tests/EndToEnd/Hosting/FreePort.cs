using System.Net;
using System.Net.Sockets;

namespace Sluice.EndToEnd.Hosting;

/// <summary>Ports for what must know one before it is there.</summary>
public static class FreePort
{
    /// <summary>A port of the loopback that nobody has, and that the system gives to nobody else soon.</summary>
    public static int Take()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
