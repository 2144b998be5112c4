using System.Text.Json;
using System.Text.Unicode;
using Sluice.Rules.Estimates;

namespace Sluice.Edge.Calls;

/// <summary>What a body says at its top level, and where the edge would have to change it.</summary>
/// <param name="Model">The model; null when the body names none.</param>
/// <param name="Stream">The value of <c>stream</c>.</param>
/// <param name="IncludeUsage">The value of <c>stream_options.include_usage</c>; null when it is not there.</param>
/// <param name="OptionsAt">
/// Offset just behind the brace that opens <c>stream_options</c>; -1 when there is none.
/// </param>
/// <param name="OptionsEmpty">True when <c>stream_options</c> is <c>{}</c>.</param>
/// <param name="UsageAt">Offset of the value of <c>include_usage</c>; -1 when there is none.</param>
/// <param name="EndAt">Offset of the brace that closes the body.</param>
/// <param name="OptionsNullAt">Offset of a null in place of <c>stream_options</c>; -1 when there is none.</param>
internal readonly record struct CallBodyFacts(
    string? Model,
    bool Stream,
    bool? IncludeUsage,
    int OptionsAt,
    bool OptionsEmpty,
    int UsageAt,
    int EndAt,
    int OptionsNullAt = -1)
{
    /// <summary>What the model will read.</summary>
    public InputFacts Input { get; init; } = new();

    /// <summary>How much may be answered.</summary>
    public OutputFacts Output { get; init; } = OutputFacts.None;

    /// <summary>Whether <c>service_tier</c> asks for more than others get.</summary>
    public bool Priority { get; init; }
}

/// <summary>Reads a body once, from end to end, so that what is forwarded is known to be well-formed.</summary>
internal static class CallBodyReader
{
    public const int DepthMax = 64;

    private const int ModelLengthMax = 256;

    /// <summary>The facts, or in <paramref name="mistake"/> a sentence for whoever sent the body.</summary>
    /// <remarks>
    /// A name that decides something and stands twice is refused: the edge and the pool might each believe another one.
    /// </remarks>
    public static CallBodyFacts? Read(ReadOnlySpan<byte> body, out string? mistake)
    {
        if (!Utf8.IsValid(body))
        {
            mistake = "The body is not valid UTF-8.";
            return null;
        }

        try
        {
            return ReadTopLevel(body, out mistake);
        }
        catch (JsonException exception)
        {
            // The reader's own message may repeat what the client sent; where it stopped is all that helps.
            mistake = "We could not parse the JSON body of your request: it is malformed, or nested deeper than "
                + $"{DepthMax} levels, at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.";
            return null;
        }
        catch (InvalidOperationException)
        {
            // Well-formed JSON all the same, but no text: the reader says so only when it compares or copies it.
            mistake = "The body has an escape that is half a character (a lone surrogate).";
            return null;
        }
    }

    private static CallBodyFacts? ReadTopLevel(ReadOnlySpan<byte> body, out string? mistake)
    {
        var facts = new CallBodyFacts(null, false, null, -1, false, -1, -1);
        var (modelSeen, streamSeen, optionsSeen, tierSeen) = (false, false, false, false);
        var output = default(OutputReader);
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = DepthMax });
        if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
        {
            mistake = "The body must be a JSON object.";
            return null;
        }

        mistake = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName && mistake is null)
        {
            if (reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                mistake = Once(ref modelSeen, "model") ?? TakeModel(ref reader, ref facts);
            }
            else if (reader.ValueTextEquals("stream"u8))
            {
                reader.Read();
                mistake = Once(ref streamSeen, "stream") ?? TakeStream(ref reader, ref facts);
            }
            else if (reader.ValueTextEquals("stream_options"u8))
            {
                reader.Read();
                mistake = Once(ref optionsSeen, "stream_options") ?? TakeOptions(ref reader, ref facts);
            }
            else if (reader.ValueTextEquals("service_tier"u8))
            {
                reader.Read();
                mistake = Once(ref tierSeen, "service_tier") ?? TakeTier(ref reader, ref facts);
            }
            else if (!output.TryTake(ref reader, out mistake))
            {
                InputReader.Take(ref reader, facts.Input);
            }
        }

        if (mistake is not null)
        {
            return null;
        }

        facts = facts with { EndAt = (int)reader.TokenStartIndex, Output = output.End(out mistake) };
        if (mistake is not null)
        {
            return null;
        }

        reader.Read(); // Anything behind the object is a mistake, which the reader reports.
        return facts;
    }

    private static string? Once(ref bool seen, string name)
    {
        if (seen)
        {
            return $"'{name}' stands twice in the body.";
        }

        seen = true;
        return null;
    }

    private static string? TakeModel(ref Utf8JsonReader reader, ref CallBodyFacts facts)
    {
        if (reader.TokenType is not JsonTokenType.String || reader.ValueSpan.Length > ModelLengthMax * 6)
        {
            return $"'model' must be a string of 1 to {ModelLengthMax} characters.";
        }

        facts = facts with { Model = reader.GetString() };
        return facts.Model!.Length is >= 1 and <= ModelLengthMax
            ? null
            : $"'model' must be a string of 1 to {ModelLengthMax} characters.";
    }

    private static string? TakeStream(ref Utf8JsonReader reader, ref CallBodyFacts facts)
    {
        if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null))
        {
            return "'stream' must be true or false.";
        }

        facts = facts with { Stream = reader.TokenType is JsonTokenType.True };
        return null;
    }

    private static string? TakeTier(ref Utf8JsonReader reader, ref CallBodyFacts facts)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
        {
            return "'service_tier' must be a string.";
        }

        // Named are those that ask for no more than others get: a pool may have more names for the rest than we know.
        facts = facts with
        {
            Priority = reader.TokenType is JsonTokenType.String
                && !reader.ValueTextEquals("auto"u8)
                && !reader.ValueTextEquals("default"u8)
                && !reader.ValueTextEquals("flex"u8),
        };
        return null;
    }

    private static string? TakeOptions(ref Utf8JsonReader reader, ref CallBodyFacts facts)
    {
        if (reader.TokenType is JsonTokenType.Null)
        {
            facts = facts with { OptionsNullAt = (int)reader.TokenStartIndex };
            return null;
        }

        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            return "'stream_options' must be an object.";
        }

        facts = facts with { OptionsAt = (int)reader.BytesConsumed, OptionsEmpty = true };
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            facts = facts with { OptionsEmpty = false };
            var isUsage = reader.ValueTextEquals("include_usage"u8);
            reader.Read();
            if (!isUsage)
            {
                reader.Skip();
                continue;
            }

            if (facts.IncludeUsage is not null
                || reader.TokenType is not (JsonTokenType.True or JsonTokenType.False))
            {
                return "'stream_options.include_usage' must be true or false, once.";
            }

            facts = facts with
            {
                IncludeUsage = reader.TokenType is JsonTokenType.True,
                UsageAt = (int)reader.TokenStartIndex,
            };
        }

        return null;
    }
}
