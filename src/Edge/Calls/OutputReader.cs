using System.Text.Json;

namespace Sluice.Edge.Calls;

/// <summary>What a body says of how much may be answered.</summary>
/// <param name="Stated">The largest cap it states, for one answer; null when it states none.</param>
/// <param name="Answers">Answers to each prompt: the larger of <c>n</c> and <c>best_of</c>; 1 or more.</param>
/// <param name="NullAt">Offset of a null in place of a cap; -1 when there is none.</param>
internal readonly record struct OutputFacts(long? Stated, long Answers, int NullAt)
{
    /// <summary>A body that says nothing.</summary>
    public static readonly OutputFacts None = new(null, 1, -1);
}

/// <summary>Gathers the caps of a body, and refuses what a pool might take for another number.</summary>
internal struct OutputReader
{
    private bool _tokensSeen;
    private bool _completionTokensSeen;
    private bool _outputTokensSeen;
    private bool _answersSeen;
    private bool _bestOfSeen;
    private long? _stated;
    private long? _answers;
    private long? _bestOf;
    private int? _nullAt;

    /// <summary>
    /// True when the top-level name that the reader stands on is one of these: its value was read, and
    /// <paramref name="mistake"/> says what is wrong with it, or null.
    /// </summary>
    public bool TryTake(ref Utf8JsonReader reader, out string? mistake)
    {
        mistake = null;
        if (reader.ValueTextEquals("max_tokens"u8))
        {
            mistake = TakeCap(ref reader, ref _tokensSeen, "max_tokens");
        }
        else if (reader.ValueTextEquals("max_completion_tokens"u8))
        {
            mistake = TakeCap(ref reader, ref _completionTokensSeen, "max_completion_tokens");
        }
        else if (reader.ValueTextEquals("max_output_tokens"u8))
        {
            mistake = TakeCap(ref reader, ref _outputTokensSeen, "max_output_tokens");
        }
        else if (reader.ValueTextEquals("n"u8))
        {
            mistake = Take(ref reader, ref _answersSeen, "n", out _answers);
        }
        else if (reader.ValueTextEquals("best_of"u8))
        {
            mistake = Take(ref reader, ref _bestOfSeen, "best_of", out _bestOf);
        }
        else
        {
            return false;
        }

        return true;
    }

    /// <summary>All of it, at the end of the body.</summary>
    public readonly OutputFacts End(out string? mistake)
    {
        mistake = _bestOf < _answers ? "'best_of' must not be less than 'n'." : null;
        return new OutputFacts(_stated, Math.Max(_answers ?? 1, _bestOf ?? 1), _nullAt ?? -1);
    }

    private string? TakeCap(ref Utf8JsonReader reader, ref bool seen, string name)
    {
        var mistake = Take(ref reader, ref seen, name, out var cap);
        if (mistake is null && cap is null)
        {
            _nullAt ??= (int)reader.TokenStartIndex;
        }

        // Pools differ in which of two names they obey; none passes the larger one.
        _stated = _stated is null || cap > _stated ? cap ?? _stated : _stated;
        return mistake;
    }

    private static string? Take(ref Utf8JsonReader reader, ref bool seen, string name, out long? value)
    {
        value = null;
        reader.Read();
        if (seen)
        {
            return $"'{name}' stands twice in the body.";
        }

        seen = true;
        if (reader.TokenType is JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType is JsonTokenType.Number && reader.TryGetInt64(out var number) && number >= 1)
        {
            value = number;
            return null;
        }

        return $"'{name}' must be a whole number of 1 or more.";
    }
}
