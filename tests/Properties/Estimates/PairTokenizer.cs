using System.Text;

namespace Sluice.Properties.Estimates;

/// <summary>
/// A byte-level pair tokenizer, as those of models are, over a vocabulary of merges in their order: bytes at first, and
/// again and again the earliest merge that two neighbours have.
/// </summary>
internal sealed class PairTokenizer(IReadOnlyDictionary<(string Left, string Right), int> merges)
{
    private static readonly char[] Bytes = [.. Enumerable.Range(0, 256).Select(value => (char)value)];

    /// <summary>One with merges of its own; many vocabularies, none like another.</summary>
    public static PairTokenizer Random(Random random)
    {
        var tokens = Bytes.Select(value => value.ToString()).ToList();
        var merges = new Dictionary<(string, string), int>();
        for (var rank = 0; rank < 400; rank++)
        {
            // Mostly of letters, so that some are found.
            var (left, right) = (tokens[Pick()], tokens[Pick()]);
            if (merges.TryAdd((left, right), rank))
            {
                tokens.Add(left + right);
            }

            int Pick() => random.Next(3) == 0 ? random.Next(tokens.Count) : 'a' + random.Next(26);
        }

        return new PairTokenizer(merges);
    }

    public int Count(string text)
    {
        var parts = Encoding.UTF8.GetBytes(text).Select(value => ((char)value).ToString()).ToList();
        while (true)
        {
            var (earliest, at) = (int.MaxValue, -1);
            for (var i = 0; i + 1 < parts.Count; i++)
            {
                if (merges.TryGetValue((parts[i], parts[i + 1]), out var rank) && rank < earliest)
                {
                    (earliest, at) = (rank, i);
                }
            }

            if (at < 0)
            {
                return parts.Count;
            }

            parts[at] += parts[at + 1];
            parts.RemoveAt(at + 1);
        }
    }
}

/// <summary>
/// Cuts ASCII as the poorest of the vocabularies in use would: a word takes the blank before it, ends at a hump, and is
/// cut into pairs of letters; every digit and every mark is a token; blanks of one kind are taken by eights.
/// </summary>
internal static class PoorTokenizer
{
    public static int Count(string text)
    {
        var tokens = 0;
        var at = 0;
        while (at < text.Length)
        {
            at += LengthAt(text, at);
            tokens++;
        }

        return tokens;
    }

    private static int LengthAt(string text, int at)
    {
        if (text[at] == ' ' && IsAloneAt(text, at) && at + 1 < text.Length && char.IsAsciiLetter(text[at + 1]))
        {
            return 1 + WordAt(text, at + 1);
        }

        if (text[at] is ' ' or '\n' or '\r' or '\t')
        {
            var length = 1;
            while (length < 8 && at + length < text.Length && text[at + length] == text[at])
            {
                length++;
            }

            return length;
        }

        return char.IsAsciiLetter(text[at]) ? WordAt(text, at) : 1;
    }

    private static int WordAt(string text, int at) =>
        at + 1 < text.Length && char.IsAsciiLetter(text[at + 1])
        && !(char.IsAsciiLetterLower(text[at]) && char.IsAsciiLetterUpper(text[at + 1]))
            ? 2
            : 1;

    private static bool IsAloneAt(string text, int at) =>
        (at == 0 || !char.IsWhiteSpace(text[at - 1])) && (at + 1 == text.Length || text[at + 1] != ' ');
}
