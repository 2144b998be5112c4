using Sluice.Actors.Codecs;

namespace Sluice.Unit.Actors.Codecs;

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

    public static T Pass<T>(T value) => Read<T>(Write(value));

    /// <summary>What one version writes, read by another.</summary>
    public static TTo Pass<TFrom, TTo>(TFrom value) => Read<TTo>(Write(value));
}
