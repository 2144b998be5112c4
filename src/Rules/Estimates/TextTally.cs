namespace Sluice.Rules.Estimates;

/// <summary>
/// Counts text that a model will read, piece by piece as it is found, without keeping any of it. Says two bounds of how
/// many tokens it becomes; see <see cref="TextBound"/>.
/// </summary>
/// <remarks>A mutable value: pass it by reference. <c>default</c> has counted nothing.</remarks>
public struct TextTally
{
    // A short text may be cut less well than the average of its kind.
    private const int TokensPerText = 3;

    private long _bytesBefore;
    private long _upperBefore;
    private long _bytes;
    private long _sixteenths;
    private byte _last;
    private bool _loneSpace;

    /// <summary>Bytes of UTF-8 so far: no byte-level tokenizer makes more tokens of them.</summary>
    public readonly long Bytes => _bytesBefore + _bytes;

    /// <summary>Tokens that text as people and programs write it becomes at most; never above the bytes.</summary>
    public readonly long Upper => _upperBefore + UpperOfText;

    private readonly long UpperOfText => _bytes == 0
        ? 0
        : Math.Min(_bytes, (_sixteenths + TextClass.Token - 1) / TextClass.Token + TokensPerText);

    /// <summary>The bound of this kind.</summary>
    public readonly long Tokens(TextBound bound) => bound is TextBound.Bytes ? Bytes : Upper;

    /// <summary>Adds a piece of the current text: whole characters of UTF-8.</summary>
    public void Add(ReadOnlySpan<byte> piece)
    {
        var (sixteenths, last, loneSpace) = (_sixteenths, _last, _loneSpace);
        foreach (var value in piece)
        {
            int weight = TextClass.WeightOf(value);
            if (TextClass.IsSpace(value))
            {
                loneSpace = value == ' ' && !TextClass.IsSpace(last);
                weight = value == last ? TextClass.RepeatedSpace : TextClass.Other;
            }
            else
            {
                if (BeginsWord(value, last))
                {
                    // A whole token, which the blank before it is a part of.
                    weight = loneSpace ? 0 : TextClass.Token;
                }

                loneSpace = false;
            }

            sixteenths += weight;
            last = value;
        }

        (_sixteenths, _last, _loneSpace, _bytes) = (sixteenths, last, loneSpace, _bytes + piece.Length);
    }

    /// <summary>Also at the hump of aCamel: tokens seldom reach across.</summary>
    private static bool BeginsWord(byte value, byte last) =>
        TextClass.IsLetter(value)
        && (!TextClass.IsLetter(last) || (TextClass.IsCapitalLetter(value) && TextClass.IsSmallLetter(last)));

    /// <summary>Ends the current text: what is added from here on is another one.</summary>
    public void EndText()
    {
        (_bytesBefore, _upperBefore) = (Bytes, Upper);
        (_bytes, _sixteenths, _last, _loneSpace) = (0, 0, 0, false);
    }
}
