using System.Text;
using Sluice.SimulatedPool.Metrics;

namespace Sluice.SimulatedPool.Text;

/// <summary>A whole answer, known before its first token is sent; the batch only decides when each token is.</summary>
/// <param name="Utf8">The text.</param>
/// <param name="FinishReason">Why it ends where it ends.</param>
internal sealed record Answer(byte[] Utf8, string FinishReason)
{
    /// <summary>Tokens of the text, 0 or more (0 only when a stop sequence comes first of all).</summary>
    public int Tokens => TokenRule.OfText(Utf8.Length);

    /// <summary>The answer to a prompt.</summary>
    /// <param name="prompt">What was asked.</param>
    /// <param name="wish">What the request said about the length.</param>
    /// <param name="options">How long answers are when nobody says so.</param>
    public static Answer To(PromptDigest prompt, AnswerWish wish, SimulatedPoolOptions options)
    {
        var natural = options.AnswerTokensMin
            + (int)(prompt.Hash % (ulong)(options.AnswerTokensMax - options.AnswerTokensMin + 1));
        natural = Math.Max(natural, AnswerText.ImageTokens(prompt.Images));
        natural = Math.Max(natural, wish.TokensMin);
        var room = options.ContextTokens - prompt.Tokens;
        var limit = Math.Min(wish.TokensMax ?? room, room);
        var runsOn = wish.IgnoresEnd && wish.TokensMax is not null;
        var tokens = runsOn ? limit : Math.Min(natural, limit);

        var text = AnswerText.Write(prompt.Hash, prompt.Images, tokens);
        var cut = FirstStop(text, wish.Stops);
        if (cut >= 0)
        {
            return new Answer(text[..cut], FinishReasons.Stop);
        }

        return new Answer(text, runsOn || tokens < natural ? FinishReasons.Length : FinishReasons.Stop);
    }

    /// <summary>The tokens from one to another, as text. Never cuts a character: each token is whole ones.</summary>
    /// <param name="first">Index of the first token.</param>
    /// <param name="count">How many.</param>
    public string Piece(int first, int count)
    {
        var start = first * TokenRule.BytesPerToken;
        var end = Math.Min(start + count * TokenRule.BytesPerToken, Utf8.Length);
        return Encoding.UTF8.GetString(Utf8, start, end - start);
    }

    private static int FirstStop(byte[] text, IReadOnlyList<string> stops)
    {
        var first = -1;
        foreach (var stop in stops)
        {
            var found = text.AsSpan().IndexOf(Encoding.UTF8.GetBytes(stop));
            first = found >= 0 && (first < 0 || found < first) ? found : first;
        }

        return first;
    }
}
