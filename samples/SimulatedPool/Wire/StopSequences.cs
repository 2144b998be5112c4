using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.SimulatedPool.Wire;

/// <summary>Texts before which an answer ends; empty ones are dropped.</summary>
[JsonConverter(typeof(StopSequencesConverter))]
internal sealed record StopSequences(IReadOnlyList<string> Texts);

/// <summary>Reads a text or a list of texts.</summary>
internal sealed class StopSequencesConverter : JsonConverter<StopSequences>
{
    private const int TextsMax = 4;

    public override StopSequences Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var texts = new List<string>();
        if (reader.TokenType == JsonTokenType.String)
        {
            texts.Add(reader.GetString()!);
        }
        else
        {
            JsonText.Expect(ref reader, JsonTokenType.StartArray, "a string or an array of strings");
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                JsonText.Expect(ref reader, JsonTokenType.String, "a string");
                texts.Add(reader.GetString()!);
            }
        }

        return texts.Count <= TextsMax
            ? new StopSequences(texts.FindAll(text => text.Length > 0))
            : throw new JsonException($"'stop' may list {TextsMax} texts at most.");
    }

    public override void Write(Utf8JsonWriter writer, StopSequences value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Requests are only read.");
}
