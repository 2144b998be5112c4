using System.Text;

namespace Sluice.SimulatedPool.Text;

/// <summary>
/// Writes answers that follow from the prompt alone. Every token is four bytes, a word of three and a blank, so that
/// counting the text by the <see cref="TokenRule"/> gives the tokens that were produced. Some words are a Chinese
/// character, which is three bytes too: whoever cuts the stream between bytes is found out.
/// </summary>
internal static class AnswerText
{
    private const string Words =
        "The one and two but how all new top low net sum set get run job max min now day 模 型 图 文 字 页 行 数 据 云";

    private static readonly byte[][] Vocabulary =
        [.. Words.Split(' ').Select(word => Encoding.UTF8.GetBytes(word + " "))];

    /// <summary>How many tokens an answer takes to say how many images it read; 0 without images.</summary>
    public static int ImageTokens(int images) => images == 0 ? 0 : ImageNote(images).Length / TokenRule.BytesPerToken;

    /// <summary>The answer's text, four bytes for each token.</summary>
    /// <param name="seed">The prompt's hash.</param>
    /// <param name="images">Images in the prompt; the answer begins with their number unless there are none.</param>
    /// <param name="tokens">Length, 0 or more.</param>
    public static byte[] Write(ulong seed, int images, int tokens)
    {
        var text = new byte[tokens * TokenRule.BytesPerToken];
        var rest = text.AsSpan();
        if (images > 0)
        {
            var note = Encoding.UTF8.GetBytes(ImageNote(images));
            note.AsSpan(0, Math.Min(note.Length, rest.Length)).CopyTo(rest);
            rest = rest[Math.Min(note.Length, rest.Length)..];
        }

        for (var numbers = new SeededNumbers(seed); !rest.IsEmpty; rest = rest[TokenRule.BytesPerToken..])
        {
            Vocabulary[numbers.Below(Vocabulary.Length)].CopyTo(rest);
        }

        return text;
    }

    private static string ImageNote(int images)
    {
        var note = $"Images read: {images}. ";
        return note.PadRight(TokenRule.OfText(note.Length) * TokenRule.BytesPerToken);
    }
}
