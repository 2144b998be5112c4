using Sluice.Actors.Codecs;

namespace Sluice.Properties.Codecs;

/// <summary>Writes and reads payloads as frames do.</summary>
internal static class Wire
{
    public static byte[] Write<T>(T value)
    {
        using var buffer = new WireBuffer();
        var writer = new WireWriter(buffer);
        CodecCatalog.Of<T>().Write(ref writer, value);
        return buffer.Array[..buffer.Length];
    }

    public static T Read<T>(ReadOnlySpan<byte> payload)
    {
        var reader = new WireReader(payload);
        var value = CodecCatalog.Of<T>().Read(ref reader);
        reader.RequireEnd();
        return value;
    }
}
