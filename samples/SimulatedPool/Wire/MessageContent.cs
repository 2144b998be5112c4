using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.SimulatedPool.Text;

namespace Sluice.SimulatedPool.Wire;

/// <summary>
/// What a message says: a text, or parts of text and images, or nothing (null, as in a message that only calls tools).
/// It is digested while it is read.
/// </summary>
[JsonConverter(typeof(MessageContentConverter))]
internal readonly record struct MessageContent(PromptDigest Digest);

/// <summary>
/// Reads <c>"text"</c>, <c>[{"type":"text","text":…}]</c> and <c>[{"type":"image_url","image_url":{"url":…}}]</c>.
/// Any other part fails, because a real pool that cannot read one says so.
/// </summary>
internal sealed class MessageContentConverter : JsonConverter<MessageContent>
{
    public override bool HandleNull => true;

    public override MessageContent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return new MessageContent(PromptDigest.Empty);
            case JsonTokenType.String:
                return new MessageContent(JsonText.AddText(ref reader, PromptDigest.Empty));
        }

        JsonText.Expect(ref reader, JsonTokenType.StartArray, "a string or an array of content parts");
        var digest = PromptDigest.Empty;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            digest = ReadPart(ref reader, digest);
        }

        return new MessageContent(digest);
    }

    public override void Write(Utf8JsonWriter writer, MessageContent value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Requests are only read.");

    private static PromptDigest ReadPart(ref Utf8JsonReader reader, PromptDigest digest)
    {
        JsonText.Expect(ref reader, JsonTokenType.StartObject, "a content part");
        var hasContent = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("text"u8))
            {
                reader.Read();
                digest = JsonText.AddText(ref reader, digest);
                hasContent = true;
            }
            else if (reader.ValueTextEquals("image_url"u8))
            {
                reader.Read();
                digest = ReadImage(ref reader, digest);
                hasContent = true;
            }
            else
            {
                reader.Skip();
            }
        }

        return hasContent ? digest : throw new JsonException("A content part must have 'text' or 'image_url'.");
    }

    /// <summary>Reads <c>{"url":…}</c>, or the address alone, which some clients send.</summary>
    private static PromptDigest ReadImage(ref Utf8JsonReader reader, PromptDigest digest)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return JsonText.AddImage(ref reader, digest);
        }

        JsonText.Expect(ref reader, JsonTokenType.StartObject, "an image address");
        var hasUrl = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("url"u8))
            {
                reader.Skip();
                continue;
            }

            reader.Read();
            digest = JsonText.AddImage(ref reader, digest);
            hasUrl = true;
        }

        return hasUrl ? digest : throw new JsonException("'image_url' must have 'url'.");
    }
}
