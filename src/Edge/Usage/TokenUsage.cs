using System.Text.Json;

namespace Sluice.Edge.Usage;

/// <summary>What a pool says a call used, in model tokens. All zero when it does not say.</summary>
internal readonly record struct TokenUsage(long Input, long Output)
{
    /// <summary>
    /// Reads a <c>usage</c> object that the reader stands before; null when it is not one. Chat and completions say
    /// <c>prompt_tokens</c>, the Responses API <c>input_tokens</c>.
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
            var isInput = reader.ValueTextEquals("prompt_tokens"u8) || reader.ValueTextEquals("input_tokens"u8);
            var isOutput = reader.ValueTextEquals("completion_tokens"u8) || reader.ValueTextEquals("output_tokens"u8);
            reader.Read();
            if ((isInput || isOutput) && reader.TokenType is JsonTokenType.Number && reader.TryGetInt64(out var tokens)
                && tokens >= 0)
            {
                usage = isInput ? usage with { Input = tokens } : usage with { Output = tokens };
            }

            reader.Skip();
        }

        return usage;
    }
}
