using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Sluice.Rules.Federation;

namespace Sluice.Silo.Federation;

/// <summary>
/// Connections to identity providers. Whoever writes a provider's address, or a provider that names another one, could
/// otherwise make a silo ask what only it can reach: so the address that is connected to is judged, and not the name.
/// </summary>
internal sealed class ProviderConnections(
    IOptions<FederationOptions> options, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    private const int HeaderKilobytesMax = 16;

    /// <summary>No answer of a provider is longer, in bytes.</summary>
    public const int AnswerBytesMax = 128 * 1024;

    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(1);

    /// <summary>
    /// What asks providers: no redirect is followed, no proxy asked in our place, no cookie kept, nothing unpacked.
    /// </summary>
    public HttpClient NewClient() => new(new SocketsHttpHandler
    {
        ActivityHeadersPropagator = null, // No trace of an address: some providers want secrets in it.
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectCallback = ConnectAsync,
        MaxResponseHeadersLength = HeaderKilobytesMax,
        PooledConnectionLifetime = ConnectionLife,
        UseCookies = false,
        UseProxy = false,
    })
    {
        MaxResponseContentBufferSize = AnswerBytesMax,
        Timeout = Timeout.InfiniteTimeSpan, // Whoever asks has a deadline.
    };

    /// <summary>Whether an address of a host may be connected to.</summary>
    public bool IsAllowed(string host, IPAddress address) =>
        PublicAddress.IsPublic(address.GetAddressBytes())
        || options.Value.PrivateHosts.Contains(host, StringComparer.OrdinalIgnoreCase);

    /// <summary>Why there is no answer, without anything that was sent or came back.</summary>
    public static string ReasonOf(HttpRequestException exception) =>
        exception.InnerException is AddressRefusedException refused ? refused.Message
        : exception.HttpRequestError is HttpRequestError.ConfigurationLimitExceeded
            ? $"the provider answered more than {AnswerBytesMax} bytes"
        : $"the provider cannot be reached: {exception.HttpRequestError}";

    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var allowed = (await resolve(host, cancellationToken)).Where(address => IsAllowed(host, address)).ToArray();
        if (allowed.Length == 0)
        {
            throw new AddressRefusedException(host);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A host has no address that may be connected to.</summary>
internal sealed class AddressRefusedException(string host) : Exception(
    $"'{host}' has no public address; Federation:PrivateHosts names those that may have others");
