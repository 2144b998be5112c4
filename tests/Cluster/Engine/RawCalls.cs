using Sluice.Actors.Codecs;
using Sluice.Actors.Wire;

namespace Sluice.Cluster.Engine;

/// <summary>Calls as bytes, written by hand. The first of a connection, by the number 65536.</summary>
internal static class RawCalls
{
    internal const long Correlation = 65536;

    /// <summary>Asks a silo to give a grain up.</summary>
    internal static void TakeOver(WireBuffer buffer, long siloId, string type, string key)
    {
        Method(buffer, 0, "sluice.actors.ISiloControl", "TakeOver");
        Call(buffer, 0, "sys.silo", $"{siloId}", new ValueTuple<GrainId>(GrainId.Create(type, key)));
    }

    internal static void Method(WireBuffer buffer, int number, string grainInterface, string method) =>
        Frame(buffer, FrameKind.Method, body =>
        {
            var writer = new WireWriter(body);
            writer.WriteVarint((ulong)number);
            writer.WriteText(grainInterface);
            writer.WriteText(method);
        });

    internal static void Call<T>(
        WireBuffer buffer, int method, string type, string key, T arguments, long correlation = Correlation,
        ulong milliseconds = 30_000) =>
        Frame(buffer, FrameKind.Call, body =>
        {
            var writer = new WireWriter(body);
            writer.WriteVarint((ulong)correlation);
            writer.WriteByte(0);
            writer.WriteVarint((ulong)method);
            writer.WriteVarint(milliseconds);
            writer.WriteText(type);
            writer.WriteText(key);
            CodecCatalog.Of<T>().Write(ref writer, arguments);
        });

    internal static Exception FailureOf(byte[] body)
    {
        var reader = new WireReader(body);
        Assert.Equal(Correlation, Frames.ReadCorrelation(ref reader));
        return ExceptionCodec.Read(ref reader);
    }

    private static void Frame(WireBuffer buffer, FrameKind kind, Action<WireBuffer> write)
    {
        using var body = new WireBuffer();
        write(body);
        var writer = new WireWriter(buffer);
        writer.WriteFixed32((uint)body.Length + 1);
        writer.WriteByte((byte)kind);
        body.Array.AsSpan(0, body.Length).CopyTo(buffer.GetSpan(body.Length));
        buffer.Advance(body.Length);
    }
}
