using System.Text.Json;

namespace Sluice.Edge.Usage;

/// <summary>What the edge wants to know of a JSON document that a pool sent.</summary>
/// <param name="Valid">True: the document is one JSON object.</param>
/// <param name="Usage">Its usage; null when it has none.</param>
/// <param name="NoChoices">
/// True: it has <c>choices</c>, and they are empty: the extra chunk that only carries usage.
/// </param>
internal readonly record struct AnswerFacts(bool Valid, TokenUsage? Usage, bool NoChoices);

/// <summary>Reads one document of a pool, from end to end.</summary>
internal static class AnswerReader
{
    public static AnswerFacts Read(ReadOnlySpan<byte> document)
    {
        try
        {
            var reader = new Utf8JsonReader(document, new JsonReaderOptions { MaxDepth = 256 });
            if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
            {
                return default;
            }

            var facts = new AnswerFacts(true, null, false);
            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                var isUsage = reader.ValueTextEquals("usage"u8);
                var isChoices = reader.ValueTextEquals("choices"u8);
                reader.Read();
                if (isUsage)
                {
                    facts = facts with { Usage = TokenUsage.Read(ref reader) ?? facts.Usage };
                }
                else
                {
                    facts = isChoices ? facts with { NoChoices = IsEmptyArray(reader) } : facts;
                    reader.Skip();
                }
            }

            reader.Read(); // Anything behind the object is a mistake, which the reader reports.
            return facts;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A pool that sends garbage is an answer to be judged, not an exception. The second: half a character.
            return default;
        }
    }

    private static bool IsEmptyArray(Utf8JsonReader reader) => // A copy, so the caller's place is kept.
        reader.TokenType is JsonTokenType.StartArray && reader.Read() && reader.TokenType is JsonTokenType.EndArray;
}
