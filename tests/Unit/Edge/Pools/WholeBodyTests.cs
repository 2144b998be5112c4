using System.Net;
using System.Text;
using Sluice.Edge.Calls;
using Sluice.Edge.Pools;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Edge.Pools;

/// <summary>Guards the hot path: a request is one packet, and is still the request that was asked for.</summary>
public sealed class WholeBodyTests : IDisposable
{
    private const string Body = """{"model":"m"}""";

    private readonly Sink _sink = new();
    private readonly HttpMessageInvoker _client;

    public WholeBodyTests() => _client = new HttpMessageInvoker(
        new WholeBody(new SocketsHttpHandler { ConnectCallback = (_, _) => new ValueTask<Stream>(_sink) }));

    [Fact]
    public async Task A_request_leaves_in_one_packet_with_its_body_and_the_headers_of_its_body()
    {
        var call = Some.Call();
        call.Body = new CallBody("m", false, false, Encoding.UTF8.GetBytes(Body));
        PoolConnection.BeginCall(call);

        await SendAsync(new FlushedFirst());

        var packet = Encoding.UTF8.GetString(Assert.Single(_sink.Packets));
        Assert.StartsWith("POST / HTTP/1.1\r\n", packet, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/json; charset=utf-8\r\n", packet, StringComparison.Ordinal);
        Assert.Contains($"Content-Length: {Body.Length}\r\n", packet, StringComparison.Ordinal);
        Assert.EndsWith($"\r\n\r\n{Body}", packet, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_sent_for_no_call_stays_as_it_is()
    {
        await SendAsync(new FlushedFirst());

        Assert.Equal(2, _sink.Packets.Count);
        Assert.Equal("other", Encoding.UTF8.GetString(_sink.Packets[1]));
    }

    public void Dispose() => _client.Dispose();

    private async Task SendAsync(HttpContent content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://pool/") { Content = content };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=utf-8");
        request.Content.Headers.ContentLength = PoolConnection.CurrentCall?.Body.Forwarded.Length ?? 5;
        using var answer = await _client.SendAsync(request, CancellationToken.None).Within();
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    /// <summary>Sends its headers before its body, as YARP's content does.</summary>
    private sealed class FlushedFirst : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            await stream.WriteAsync("other"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    /// <summary>A pool that takes everything, packet by packet, and answers the first.</summary>
    private sealed class Sink : Stream
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private byte[] _answer = "HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray();

        public List<byte[]> Packets { get; } = [];

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Packets.Add(buffer.ToArray());
            if (Encoding.UTF8.GetString(buffer.Span) is var text && (text.EndsWith('}') || text is "other"))
            {
                _asked.SetResult();
            }

            return ValueTask.CompletedTask;
        }

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (buffer.IsEmpty)
            {
                return 0; // The client looks whether anything is there.
            }

            await _asked.Task.WaitAsync(cancellationToken);
            var answer = _answer;
            _answer = [];
            answer.CopyTo(buffer);
            return answer.Length;
        }

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
