using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.SimulatedPool.Wire;

/// <summary>Answer of <c>/v1/embeddings</c>, in the order of the inputs.</summary>
internal sealed record EmbeddingReply(string Object, Embedding[] Data, string Model, EmbeddingUsage Usage);

internal sealed record Embedding(string Object, int Index, [property: JsonPropertyName("embedding")] Vector Values);

/// <summary>Embeddings produce no tokens, so the total is the prompt.</summary>
internal sealed record EmbeddingUsage(int PromptTokens, int TotalTokens);

/// <param name="Values">The vector, of length one.</param>
/// <param name="AsBase64">Whether it is written as Base64 of little-endian 32-bit floats, or as numbers.</param>
[JsonConverter(typeof(VectorConverter))]
internal readonly record struct Vector(float[] Values, bool AsBase64);

internal sealed class VectorConverter : JsonConverter<Vector>
{
    public override Vector Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Replies are only written.");

    public override void Write(Utf8JsonWriter writer, Vector value, JsonSerializerOptions options)
    {
        if (value.AsBase64)
        {
            writer.WriteBase64StringValue(MemoryMarshal.AsBytes(value.Values.AsSpan()));
            return;
        }

        writer.WriteStartArray();
        foreach (var number in value.Values)
        {
            writer.WriteNumberValue(number);
        }

        writer.WriteEndArray();
    }
}
