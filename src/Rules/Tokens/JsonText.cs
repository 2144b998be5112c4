using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sluice.Rules.Tokens;

/// <summary>Writes one JSON object, without white space and in the order that it is written in.</summary>
internal static class JsonText
{
    // Nobody puts tokens into HTML as they are: they are base 64 then. Keys and claims stay readable.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
