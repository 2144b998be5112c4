using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.SimulatedPool.Text;

namespace Sluice.SimulatedPool.Wire;

/// <summary>One or more prompts, digested while they are read; never empty.</summary>
[JsonConverter(typeof(PromptListConverter))]
internal sealed record PromptList(IReadOnlyList<PromptDigest> Prompts);

/// <summary>Reads a text, a list of texts, a list of token numbers, or a list of such lists.</summary>
internal sealed class PromptListConverter : JsonConverter<PromptList>
{
    public override PromptList Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return new PromptList([JsonText.AddText(ref reader, PromptDigest.Empty)]);
        }

        JsonText.Expect(ref reader, JsonTokenType.StartArray, "a string or an array");
        reader.Read();
        var prompts = reader.TokenType switch
        {
            JsonTokenType.Number => [ReadTokens(ref reader)],
            JsonTokenType.EndArray => throw new JsonException("The array must not be empty."),
            _ => ReadPrompts(ref reader),
        };
        return new PromptList(prompts);
    }

    public override void Write(Utf8JsonWriter writer, PromptList value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Requests are only read.");

    private static List<PromptDigest> ReadPrompts(ref Utf8JsonReader reader)
    {
        var prompts = new List<PromptDigest>();
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                reader.Read();
                prompts.Add(ReadTokens(ref reader));
            }
            else
            {
                prompts.Add(JsonText.AddText(ref reader, PromptDigest.Empty));
            }
        }

        return prompts;
    }

    private static PromptDigest ReadTokens(ref Utf8JsonReader reader)
    {
        var digest = PromptDigest.Empty;
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            JsonText.Expect(ref reader, JsonTokenType.Number, "a token number");
            digest = reader.TryGetInt32(out var token)
                ? digest.WithToken(token)
                : throw new JsonException("A token number must be a 32-bit integer.");
        }

        return digest;
    }
}
