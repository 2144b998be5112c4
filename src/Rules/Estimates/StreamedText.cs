namespace Sluice.Rules.Estimates;

/// <summary>
/// How many tokens a pool has probably answered with, counted while the answer passes: for answers whose pool never
/// says it. Neither bound: four characters of ASCII are a token, two of Greek or Cyrillic, four of three from Chinese.
/// Never fewer than the parts that had text, since servers send a token in each.
/// </summary>
/// <param name="Parts">Parts with text.</param>
/// <param name="Eighths">Their text, in eighths of a token.</param>
public readonly record struct StreamedText(long Parts, long Eighths)
{
    /// <summary>Tokens so far; 0 when there was no text.</summary>
    public long Tokens => Math.Max(Parts, (Eighths + 7) / 8);

    /// <summary>With one more part; an empty one changes nothing.</summary>
    /// <param name="text">Its text in UTF-8, as it stands in JSON: an escape counts as what it is written as.</param>
    public StreamedText With(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return this;
        }

        var eighths = Eighths;
        foreach (var value in text)
        {
            eighths += value switch
            {
                < 0x80 => 2,
                < 0xC0 => 0, // Continues a character.
                < 0xE0 => 4,
                < 0xF0 => 6,
                _ => 16,
            };
        }

        return new StreamedText(Parts + 1, eighths);
    }
}
