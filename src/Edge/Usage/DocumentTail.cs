using System.Text.Json;

namespace Sluice.Edge.Usage;

/// <summary>
/// The end of an answer that is too large to be read whole, where its usage stands: servers write it last, behind the
/// embeddings.
/// </summary>
internal sealed class DocumentTail
{
    /// <summary>Bytes that are kept; a usage with all its details is shorter.</summary>
    public const int BytesMax = 1_024;

    private readonly byte[] _bytes = new byte[BytesMax];
    private int _length;

    /// <summary>Takes the next bytes of the answer.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[Math.Max(0, bytes.Length - BytesMax)..];
        var kept = Math.Min(_length, BytesMax - bytes.Length);
        _bytes.AsSpan(_length - kept, kept).CopyTo(_bytes);
        bytes.CopyTo(_bytes.AsSpan(kept));
        _length = kept + bytes.Length;
    }

    /// <summary>The usage at the end of the answer; null when none stands there.</summary>
    public TokenUsage? Usage()
    {
        var tail = _bytes.AsSpan(0, _length);
        var at = tail.LastIndexOf("\"usage\""u8);
        if (at < 0)
        {
            return null;
        }

        try
        {
            var value = tail[(at + "\"usage\"".Length)..].TrimStart(" \r\n\t:"u8);
            var reader = new Utf8JsonReader(value[..LengthOf(value)], default);
            return reader.Read() ? TokenUsage.Read(ref reader) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null; // As in AnswerReader: garbage of a pool is judged, not thrown.
        }
    }

    /// <summary>Bytes of the value at the beginning; 0 when it is not whole.</summary>
    private static int LengthOf(ReadOnlySpan<byte> value)
    {
        var reader = new Utf8JsonReader(value, isFinalBlock: false, default);
        return reader.Read() && reader.TrySkip() ? (int)reader.BytesConsumed : 0;
    }
}
