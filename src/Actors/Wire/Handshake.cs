using System.Buffers.Binary;
using Sluice.Actors.Codecs;

namespace Sluice.Actors.Wire;

/// <summary>What each side says first.</summary>
[GenerateSerializer, Immutable, Alias("sluice.actors.Greeting")]
internal sealed record Greeting
{
    /// <summary>The newest protocol version it speaks.</summary>
    [Id(0)] public required int Newest { get; init; }

    /// <summary>The oldest protocol version it speaks.</summary>
    [Id(1)] public required int Oldest { get; init; }

    /// <summary>The cluster it belongs to.</summary>
    [Id(2)] public required string ClusterId { get; init; }

    /// <summary>Its number as a silo; zero for a client.</summary>
    [Id(3)] public long SiloId { get; init; }

    /// <summary>For people.</summary>
    [Id(4)] public string Name { get; init; } = "";
}

/// <summary>
/// The first frame in each direction. Who is of another cluster, or speaks no common version, is told nothing.
/// </summary>
internal static class Handshake
{
    internal const int NewestProtocol = 1;
    internal const int OldestProtocol = 1;

    private const int MostBytes = 4096;
    private const int MostNameCharacters = 200;

    /// <summary>At the side that connects.</summary>
    /// <exception cref="HandshakeException">The peer does not belong to us, or did not answer.</exception>
    internal static async Task<Peer> GreetAsync(Stream stream, Greeting mine, CancellationToken cancellation)
    {
        await SendAsync(stream, FrameKind.Hello, mine, cancellation);
        return Agree(mine, await ReceiveAsync(stream, FrameKind.Welcome, cancellation));
    }

    /// <summary>At the side that is connected to. A stranger gets no answer at all.</summary>
    /// <exception cref="HandshakeException">The peer does not belong to us.</exception>
    internal static async Task<Peer> WelcomeAsync(
        Stream stream, Greeting mine, ClusterTls tls, CancellationToken cancellation)
    {
        var peer = Agree(mine, await ReceiveAsync(stream, FrameKind.Hello, cancellation));
        if (peer.IsSilo && !tls.MayBeSilo(stream))
        {
            throw new HandshakeException($"{peer} has no certificate of a silo: check Cluster:Tls:SiloName.");
        }

        await SendAsync(stream, FrameKind.Welcome, mine, cancellation);
        return peer;
    }

    internal static Greeting GreetingOf(string clusterId, long siloId, string name) => new()
    {
        Newest = NewestProtocol, Oldest = OldestProtocol, ClusterId = clusterId, SiloId = siloId, Name = name,
    };

    private static Peer Agree(Greeting mine, Greeting theirs)
    {
        if (theirs.SiloId < 0 || !IsName(theirs.Name) || !IsName(theirs.ClusterId))
        {
            throw new HandshakeException("The peer's first words make no sense: is this the silo's cluster port?");
        }

        if (theirs.ClusterId != mine.ClusterId)
        {
            throw new HandshakeException(
                $"{theirs.Name} belongs to the cluster '{theirs.ClusterId}', not to '{mine.ClusterId}': "
                + "check Cluster:Id on both sides.");
        }

        var common = Math.Min(mine.Newest, theirs.Newest);
        return common >= Math.Max(mine.Oldest, theirs.Oldest)
            ? new Peer(theirs.SiloId, theirs.Name, common)
            : throw new HandshakeException(
                $"{theirs.Name} speaks the protocol versions {theirs.Oldest} to {theirs.Newest}, and this process "
                + $"{mine.Oldest} to {mine.Newest}: upgrade in smaller steps.");
    }

    /// <summary>What a stranger is called is written to the log.</summary>
    private static bool IsName(string? name) =>
        name is { Length: <= MostNameCharacters } && !name.Any(char.IsControl);

    private static async Task SendAsync(
        Stream stream, FrameKind kind, Greeting greeting, CancellationToken cancellation)
    {
        var buffer = new WireBuffer();
        Frames.WritePayload(buffer, kind, greeting);
        await stream.WriteAsync(buffer.Array.AsMemory(0, buffer.Length), cancellation);
    }

    private static async Task<Greeting> ReceiveAsync(Stream stream, FrameKind expected, CancellationToken cancellation)
    {
        var prefix = new byte[Frames.LengthBytes];
        try
        {
            await stream.ReadExactlyAsync(prefix, cancellation);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(prefix);
            if (length is 0 or > MostBytes)
            {
                throw new HandshakeException("The peer speaks another language: is this the silo's cluster port?");
            }

            var frame = new byte[length];
            await stream.ReadExactlyAsync(frame, cancellation);
            return Read(frame, expected);
        }
        catch (IOException e) when (e is not HandshakeException)
        {
            throw new HandshakeException(
                "The peer closed the connection without a word: another Cluster:Id, protocol version or certificate; "
                + "its log says which.", e);
        }
        catch (MalformedPayloadException e)
        {
            throw new HandshakeException("The peer's first words cannot be read.", e);
        }
    }

    private static Greeting Read(byte[] frame, FrameKind expected)
    {
        var reader = new WireReader(frame);
        return (FrameKind)reader.ReadByte() == expected
            ? CodecCatalog.Of<Greeting>().Read(ref reader)
            : throw new HandshakeException("The peer speaks another language: is this the silo's cluster port?");
    }
}

/// <summary>Two processes do not belong together, or could not find out.</summary>
internal sealed class HandshakeException(string message, Exception? inner = null) : IOException(message, inner);
