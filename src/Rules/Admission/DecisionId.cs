using Sluice.Rules.Keys;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <summary>
/// Names one decision in a text that is safe in URLs, all in base 62:
/// <c>dec_&lt;client&gt;_&lt;session&gt;_&lt;sequence&gt;_&lt;crc&gt;</c>. Whoever has it finds the one client that
/// decided, without asking anyone; the CRC-32 of all before it tells a typing mistake. It is an address, not a secret.
/// </summary>
/// <param name="ClientId">12 characters.</param>
/// <param name="RequestId">The call that was decided on.</param>
public readonly record struct DecisionId(string ClientId, RequestId RequestId)
{
    private const string Prefix = "dec_";
    private const int NumberLengthMax = 11;
    private const int LengthMax = 4 + KeyText.ClientIdLength + 3 + 2 * NumberLengthMax + KeyText.ChecksumLength;

    public override string ToString()
    {
        Span<char> text = stackalloc char[LengthMax];
        Prefix.CopyTo(text);
        ClientId.CopyTo(text[Prefix.Length..]);
        var length = Prefix.Length + ClientId.Length;
        length += Write(RequestId.EdgeSession, text[length..]);
        length += Write(RequestId.Sequence, text[length..]);
        text[length++] = '_';
        var checksum = (ulong)Crc32.Of(text[..length]);
        for (var i = KeyText.ChecksumLength - 1; i >= 0; i--)
        {
            (checksum, var digit) = Math.DivRem(checksum, (ulong)Base62.Alphabet.Length);
            text[length + i] = Base62.Alphabet[(int)digit];
        }

        return new string(text[..(length + KeyText.ChecksumLength)]);
    }

    /// <summary>Reads an id. One decision has one text: nothing else is read as it.</summary>
    /// <returns>False when it is none, or when a character was changed or lost.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out DecisionId id)
    {
        id = default;
        if (text.Length is < KeyText.ChecksumLength or > LengthMax
            || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || !Base62.TryDecode(text[^KeyText.ChecksumLength..], out var checksum)
            || checksum != Crc32.Of(text[..^KeyText.ChecksumLength]))
        {
            return false;
        }

        Span<Range> parts = stackalloc Range[6];
        if (text.Split(parts, '_') != 5
            || text[parts[1]] is not { Length: KeyText.ClientIdLength } clientId
            || !Base62.IsBase62(clientId)
            || text[parts[4]].Length != KeyText.ChecksumLength
            || !TryRead(text[parts[2]], out var session)
            || !TryRead(text[parts[3]], out var sequence))
        {
            return false;
        }

        id = new DecisionId(clientId.ToString(), new RequestId(session, sequence));
        return true;
    }

    private static int Write(long number, Span<char> text)
    {
        var length = 1;
        for (var rest = number; rest > 0; rest /= Base62.Alphabet.Length)
        {
            length++;
        }

        text[0] = '_';
        for (var i = length - 1; i > 0; i--)
        {
            (number, var digit) = Math.DivRem(number, Base62.Alphabet.Length);
            text[i] = Base62.Alphabet[(int)digit];
        }

        return length;
    }

    private static bool TryRead(ReadOnlySpan<char> text, out long number)
    {
        var isNumber = Base62.TryDecode(text, out var decoded) && text[0] != '0' && decoded <= long.MaxValue;
        number = isNumber ? (long)decoded : 0;
        return isNumber;
    }
}
