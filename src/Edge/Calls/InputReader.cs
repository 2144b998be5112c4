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

    private enum Name
    {
        Text,
        Ignored,
        Detail,
        Image,
        Url,
        Base64,
        File,
        FileElsewhere,
        Media,
    }

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

        var name = Name.Text;
        var imageDepth = -1;
        var image = default(PendingImage);
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            var isElement = reader.CurrentDepth == depth + 1;
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = NameOf(ref reader);
                    continue;
                case JsonTokenType.StartObject when name is Name.Image:
                    imageDepth = reader.CurrentDepth + 1;
                    break;
                case JsonTokenType.StartObject when name is Name.Media:
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
                    var isImage = name is Name.Image || (name is Name.Url && reader.CurrentDepth == imageDepth);
                    AddString(ref reader, isImage ? Name.Image : name, ref image, facts);
                    break;
                default:
                    AddValue(ref reader, facts, isListOfPrompts);
                    break;
            }

            name = Name.Text;
        }

        image.Flush(facts);
    }

    private static void AddString(ref Utf8JsonReader reader, Name name, ref PendingImage image, InputFacts facts)
    {
        switch (name)
        {
            case Name.Image:
                image.Begin(MediaReader.SizeOf(reader), reader.CurrentDepth, facts);
                break;
            case Name.Detail when reader.ValueSpan.Length <= IgnoredMax:
                image.Detail(reader.ValueTextEquals("low"u8), reader.CurrentDepth);
                break;
            case Name.Ignored when reader.ValueSpan.Length <= IgnoredMax:
                break;
            case Name.Base64:
                if (MediaReader.SizeOfBase64(reader) is { } size)
                {
                    facts.AddImage(size, ImageDetail.Auto);
                }
                else
                {
                    facts.OtherMedia++;
                }

                break;
            case Name.File:
                facts.AddDocument(MediaReader.PagesOf(reader));
                break;
            case Name.FileElsewhere:
                facts.AddDocument(null);
                break;
            case Name.Media:
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

    private static Name NameOf(ref Utf8JsonReader reader) => reader.ValueSpan.Length switch
    {
        4 when reader.ValueTextEquals("type"u8) => Name.Ignored,
        4 when reader.ValueTextEquals("role"u8) => Name.Ignored,
        7 when reader.ValueTextEquals("content"u8) => Name.Text,
        _ when reader.ValueTextEquals("image_url"u8) || reader.ValueTextEquals("image"u8) => Name.Image,
        _ when reader.ValueTextEquals("url"u8) => Name.Url,
        _ when reader.ValueTextEquals("detail"u8) => Name.Detail,
        _ when reader.ValueTextEquals("data"u8) => Name.Base64,
        _ when reader.ValueTextEquals("file_data"u8) => Name.File,
        _ when reader.ValueTextEquals("file_url"u8) || reader.ValueTextEquals("file_id"u8) => Name.FileElsewhere,
        _ when reader.ValueTextEquals("input_audio"u8) || reader.ValueTextEquals("audio_url"u8)
            || reader.ValueTextEquals("video_url"u8) || reader.ValueTextEquals("video"u8)
            || reader.ValueTextEquals("audio"u8) => Name.Media,
        _ => Name.Text,
    };

    /// <summary>An image whose detail may stand behind it, in the same object.</summary>
    private struct PendingImage
    {
        private bool _begun;
        private bool _low;
        private int _depth;
        private ImageSize? _size;

        public void Begin(ImageSize? size, int depth, InputFacts facts)
        {
            var low = !_begun && _low && _depth == depth; // Said before it.
            Flush(facts);
            (_begun, _size, _depth, _low) = (true, size, depth, low);
        }

        public void Detail(bool low, int depth)
        {
            if (!_begun || _depth == depth)
            {
                (_low, _depth) = (low, depth);
            }
        }

        public void FlushAt(int depth, InputFacts facts)
        {
            if (_depth == depth)
            {
                Flush(facts);
            }
        }

        public void Flush(InputFacts facts)
        {
            if (_begun)
            {
                facts.AddImage(_size, _low ? ImageDetail.Low : ImageDetail.Auto);
            }

            this = default;
        }
    }
}
