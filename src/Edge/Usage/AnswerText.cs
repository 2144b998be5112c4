using Sluice.Rules.Estimates;

namespace Sluice.Edge.Usage;

/// <summary>
/// Finds the text in what a pool answers, without parsing it: for the estimate of answers whose pool never says what
/// they used. Parsing every token's chunk would cost more than all else the edge does.
/// </summary>
internal static class AnswerText
{
    /// <summary>Counts the texts in an event, or in a whole document.</summary>
    public static StreamedText AddTo(StreamedText text, ReadOnlySpan<byte> answer)
    {
        text = AddTo(text, answer, "\"content\""u8);
        text = AddTo(text, answer, "\"reasoning_content\""u8);
        text = AddTo(text, answer, "\"reasoning\""u8);
        text = AddTo(text, answer, "\"text\""u8);
        return AddTo(text, answer, "\"arguments\""u8);
    }

    // Inside a text these names would have escaped quotes, so they are only found where they are names.
    private static StreamedText AddTo(StreamedText text, ReadOnlySpan<byte> answer, ReadOnlySpan<byte> name)
    {
        while (answer.IndexOf(name) is var at and >= 0)
        {
            answer = answer[(at + name.Length)..].TrimStart(" :"u8);
            if (answer.IsEmpty || answer[0] != '"')
            {
                continue; // Null, or parts of which each has its own text.
            }

            answer = answer[1..];
            var length = LengthOf(answer);
            text = text.With(answer[..length]);
            answer = answer[length..];
        }

        return text;
    }

    /// <summary>Up to the quote that ends the string; all of it when it does not end.</summary>
    private static int LengthOf(ReadOnlySpan<byte> text)
    {
        var at = 0;
        while (text[at..].IndexOfAny((byte)'"', (byte)'\\') is var found and >= 0)
        {
            at += found;
            if (text[at] == '"')
            {
                return at;
            }

            at = Math.Min(at + 2, text.Length);
        }

        return text.Length;
    }
}
