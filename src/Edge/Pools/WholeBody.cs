using System.Net;

namespace Sluice.Edge.Pools;

/// <summary>
/// Sends a call's body, which the edge holds whole, in one packet with the request's headers.
/// </summary>
/// <remarks>
/// YARP's content sends the headers first, for clients that stream their bodies; here that would only be one more
/// system call for the edge and one more wake-up for the pool, on every request.
/// </remarks>
internal sealed class WholeBody(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is { } streamed && PoolConnection.CurrentCall is { } call)
        {
            var whole = new Bytes(call.Body.Forwarded);
            foreach (var (name, values) in streamed.Headers.NonValidated)
            {
                whole.Headers.TryAddWithoutValidation(name, values);
            }

            request.Content = whole;
        }

        return base.SendAsync(request, cancellationToken);
    }

    private sealed class Bytes(ReadOnlyMemory<byte> body) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(
            Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            stream.WriteAsync(body, cancellationToken).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }
}
