using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Sluice.Daemon.Running;

/// <summary>
/// Where a host of this process listens, and nowhere else. It is taken long before anyone is served there: a port that
/// is another's is told at once and not when everything else has started, and nobody takes it meanwhile.
/// </summary>
public sealed class ListeningPort : IDisposable
{
    private readonly string _option;
    private readonly string _scheme;
    private Socket? _socket;

    /// <param name="builder">Of the host.</param>
    /// <param name="option">What the operator changes when the port is taken, such as <c>--port</c>.</param>
    /// <param name="tls">Its certificate; null for a plain port.</param>
    public ListeningPort(WebApplicationBuilder builder, string option, ListenerTls? tls = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        (_option, _scheme) = (option, tls is null ? "http" : "https");
        builder.Services.Configure<SocketTransportOptions>(
            transport => transport.CreateBoundListenSocket = _ => Socket);

        // Asked for when the host is built, which is before the settings are checked; what counts is the socket.
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (tls is not null)
            {
                var logger = listen.ApplicationServices.GetRequiredService<ILogger<ListenerTls>>();
                listen.Protocols = HttpProtocols.Http1; // What the rest of the path is made for and tested with.
                listen.UseHttps(new TlsHandshakeCallbackOptions
                {
                    OnConnection = _ => ValueTask.FromResult(tls.Current(logger)),
                });
            }
        }));
    }

    /// <summary>Where it is, with its real port when any free one was wanted. Only after <see cref="Take"/>.</summary>
    public Uri Address => new($"{_scheme}://{EndPoint}");

    private IPEndPoint EndPoint => (IPEndPoint)Socket.LocalEndPoint!;

    private Socket Socket => _socket ?? throw new InvalidOperationException("The port is not taken yet.");

    /// <param name="address">An IP address of this machine; <c>0.0.0.0</c> or <c>::</c> for all.</param>
    /// <param name="port">0 is any free one.</param>
    /// <exception cref="CannotStartException">It cannot be had.</exception>
    public void Take(string address, int port)
    {
        try
        {
            _socket = SocketTransportOptions.CreateDefaultBoundListenSocket(
                new IPEndPoint(IPAddress.Parse(address), port));
        }
        catch (SocketException exception)
        {
            throw new CannotStartException(Sentence(exception, address, port), exception);
        }
    }

    /// <summary>Starts the host, which serves here from then on.</summary>
    /// <exception cref="CannotStartException">Another process began to listen at the port first.</exception>
    public async Task ServeAsync(WebApplication app, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(app);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw new CannotStartException($"port {EndPoint.Port} is taken: choose another {_option}.", exception);
        }
    }

    public void Dispose() => _socket?.Dispose();

    private string Sentence(SocketException exception, string address, int port) => exception.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => $"port {port} of {address} is taken: choose another {_option}.",
        SocketError.AccessDenied => $"port {port} of {address} is not for this user: choose {_option} 1024 or more.",
        SocketError.AddressNotAvailable => $"{address}, where port {port} is wanted, is no address of this machine.",
        _ => $"port {port} of {address} cannot be had: {exception.Message}.",
    };
}
