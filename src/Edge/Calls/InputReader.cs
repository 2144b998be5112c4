using System.Text.Json;
using Sluice.Rules.Estimates;

namespace Sluice.Edge.Calls;

/// <summary>
/// Gathers what a model will read of a body, while the body is read anyway: texts, frames of messages, tools, images,
/// documents. Allocates nothing but for images.
/// </summary>
internal static class InputReader
{
    private const int IgnoredMax = 32; // A longer value of a name that models do not read might be read all the same.

    /// <summary>Reads or skips the value of the top-level name that the reader stands on.</summary>
    public static void Take(ref Utf8JsonReader reader, InputFacts facts)
    {
        if (reader.ValueTextEquals("messages"u8))
        {
            reader.Read();
            AddConversation(ref reader, facts, isListOfPrompts: false);
        }
        else if (reader.ValueTextEquals("prompt"u8) || reader.ValueTextEquals("input"u8))
        {
            reader.Read();
            facts.ContinuesConversation |= reader.TokenType is JsonTokenType.StartObject; // Names a prompt kept there.
            AddConversation(ref reader, facts, isListOfPrompts: true);
        }
        else if (reader.ValueTextEquals("tools"u8) || reader.ValueTextEquals("functions"u8))
        {
            reader.Read();
            facts.HasTools |= reader.TokenType is not JsonTokenType.Null;
            AddDefinitions(ref reader, facts);
        }
        else if (reader.ValueTextEquals("instructions"u8) || reader.ValueTextEquals("suffix"u8)
            || reader.ValueTextEquals("response_format"u8) || reader.ValueTextEquals("text"u8)
            || reader.ValueTextEquals("documents"u8))
        {
            reader.Read();
            AddDefinitions(ref reader, facts);
        }
        else
        {
            var continues = reader.ValueTextEquals("previous_response_id"u8)
                || reader.ValueTextEquals("conversation"u8);
            reader.Read();
            facts.ContinuesConversation |= continues && reader.TokenType is not JsonTokenType.Null;
            reader.Skip();
        }
    }

    /// <summary>Text and parts, however deep; the reader ends on the last token of the value.</summary>
    private static void AddConversation(ref Utf8JsonReader reader, InputFacts facts, bool isListOfPrompts)
    {
        var depth = reader.CurrentDepth;
        if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
        {
            AddValue(ref reader, facts, isListOfPrompts);
            return;
        }

        var name = PartName.Text;
        var imageDepth = -1;
        var image = default(PendingImage);
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            var isElement = reader.CurrentDepth == depth + 1;
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = PartNames.Of(reader);
                    continue;
                case JsonTokenType.StartObject when name is PartName.Image:
                    imageDepth = reader.CurrentDepth + 1;
                    break;
                case JsonTokenType.StartObject when name is PartName.Media:
                    facts.OtherMedia++;
                    reader.Skip();
                    break;
                case JsonTokenType.StartObject:
                    facts.Messages += isElement ? 1 : 0;
                    break;
                case JsonTokenType.StartArray:
                    facts.Prompts += isElement && isListOfPrompts ? 1 : 0;
                    break;
                case JsonTokenType.EndObject:
                    image.FlushAt(reader.CurrentDepth + 1, facts);
                    imageDepth = reader.CurrentDepth + 1 == imageDepth ? -1 : imageDepth;
                    break;
                case JsonTokenType.String:
                    facts.Prompts += isElement && isListOfPrompts ? 1 : 0;
                    var isImage = name is PartName.Image || (name is PartName.Url && reader.CurrentDepth == imageDepth);
                    AddString(ref reader, isImage ? PartName.Image : name, ref image, facts);
                    break;
                default:
                    AddValue(ref reader, facts, isListOfPrompts);
                    break;
            }

            name = PartName.Text;
        }

        image.Flush(facts);
    }

    private static void AddString(ref Utf8JsonReader reader, PartName name, ref PendingImage image, InputFacts facts)
    {
        switch (name)
        {
            case PartName.Image:
                image.Begin(MediaReader.SizeOf(reader), reader.CurrentDepth, facts);
                break;
            case PartName.Detail when reader.ValueSpan.Length <= IgnoredMax:
                image.Detail(reader.ValueSpan.SequenceEqual("low"u8), reader.CurrentDepth);
                break;
            case PartName.Ignored when reader.ValueSpan.Length <= IgnoredMax:
                break;
            case PartName.Base64:
                if (MediaReader.SizeOfBase64(reader) is { } size)
                {
                    facts.AddImage(size, ImageDetail.Auto);
                }
                else
                {
                    facts.OtherMedia++;
                }

                break;
            case PartName.File:
                facts.AddDocument(MediaReader.PagesOf(reader));
                break;
            case PartName.FileElsewhere:
                facts.AddDocument(null);
                break;
            case PartName.Media:
                facts.OtherMedia++;
                break;
            default:
                AddText(ref reader, facts);
                facts.Text.EndText();
                break;
        }
    }

    /// <summary>Anything as it would be written in JSON, which is how templates show tools to a model.</summary>
    private static void AddDefinitions(ref Utf8JsonReader reader, InputFacts facts)
    {
        var depth = reader.CurrentDepth;
        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    AddText(ref reader, facts);
                    facts.Text.Add("\"\": "u8);
                    break;
                case JsonTokenType.String:
                    AddText(ref reader, facts);
                    facts.Text.Add("\"\", "u8);
                    break;
                case JsonTokenType.Null when reader.CurrentDepth == depth:
                    break;
                default:
                    facts.Text.Add(reader.ValueSpan);
                    facts.Text.Add(", "u8);
                    break;
            }
        }
        while ((reader.CurrentDepth > depth
            || reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) && reader.Read());
        facts.Text.EndText();
    }

    private static void AddValue(ref Utf8JsonReader reader, InputFacts facts, bool isListOfPrompts)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                AddText(ref reader, facts);
                facts.Text.EndText();
                break;
            case JsonTokenType.Number when isListOfPrompts:
                facts.TokenNumbers++;
                break;
            case JsonTokenType.Number:
                facts.Text.Add(reader.ValueSpan);
                facts.Text.EndText();
                break;
        }
    }

    private static void AddText(ref Utf8JsonReader reader, InputFacts facts)
    {
        if (reader.ValueIsEscaped)
        {
            JsonEscapes.AddTo(reader.ValueSpan, ref facts.Text);
        }
        else
        {
            facts.Text.Add(reader.ValueSpan);
        }
    }
}
