using System.Text.Json;

namespace Sluice.Edge.Usage;

/// <summary>What a pool says a call used, in model tokens. All zero when it does not say.</summary>
internal readonly record struct TokenUsage(long Input, long Output)
{
    /// <summary>The part of the input that the pool had read before; it counts in the input too.</summary>
    public long CachedInput { get; init; }

    /// <summary>The part of the output that the model thought and did not say; it counts in the output too.</summary>
    public long Reasoning { get; init; }

    /// <summary>
    /// Reads a <c>usage</c> object that the reader stands before; null when it is not one. Chat and completions say
    /// <c>prompt_tokens</c>, the Responses API <c>input_tokens</c>; DeepSeek says what was cached beside them, others
    /// in their details.
    /// </summary>
    public static TokenUsage? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        var usage = default(TokenUsage);
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("prompt_tokens"u8) || reader.ValueTextEquals("input_tokens"u8))
            {
                usage = usage with { Input = Tokens(ref reader) ?? usage.Input };
            }
            else if (reader.ValueTextEquals("completion_tokens"u8) || reader.ValueTextEquals("output_tokens"u8))
            {
                usage = usage with { Output = Tokens(ref reader) ?? usage.Output };
            }
            else if (reader.ValueTextEquals("prompt_cache_hit_tokens"u8))
            {
                usage = usage with { CachedInput = Tokens(ref reader) ?? usage.CachedInput };
            }
            else if (reader.ValueTextEquals("prompt_tokens_details"u8)
                || reader.ValueTextEquals("input_tokens_details"u8))
            {
                usage = usage with { CachedInput = Detail(ref reader, "cached_tokens"u8) ?? usage.CachedInput };
            }
            else if (reader.ValueTextEquals("completion_tokens_details"u8)
                || reader.ValueTextEquals("output_tokens_details"u8))
            {
                usage = usage with { Reasoning = Detail(ref reader, "reasoning_tokens"u8) ?? usage.Reasoning };
            }
            else
            {
                reader.Skip();
            }
        }

        return usage;
    }

    /// <summary>The number behind the name that the reader stands on; null when it is none.</summary>
    private static long? Tokens(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType is JsonTokenType.Number && reader.TryGetInt64(out var tokens) && tokens >= 0)
        {
            return tokens;
        }

        reader.Skip();
        return null;
    }

    private static long? Detail(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        reader.Read();
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        long? found = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name))
            {
                found = Tokens(ref reader) ?? found;
            }
            else
            {
                reader.Skip();
            }
        }

        return found;
    }
}
