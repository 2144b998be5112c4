using System.Numerics;

namespace Sluice.Rules.Keys;

/// <summary>
/// Numbers in base 62, digits first, then capitals, then small letters; padded with '0' to a fixed width.
/// </summary>
public static class Base62
{
    public const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>The bytes as one big-endian number. Requires a width that can hold it.</summary>
    public static string Encode(ReadOnlySpan<byte> bigEndian, int width)
    {
        var number = new BigInteger(bigEndian, isUnsigned: true, isBigEndian: true);
        Span<char> text = stackalloc char[width];
        for (var i = width - 1; i >= 0; i--)
        {
            number = BigInteger.DivRem(number, Alphabet.Length, out var digit);
            text[i] = Alphabet[(int)digit];
        }

        return number.IsZero
            ? new string(text)
            : throw new ArgumentOutOfRangeException(nameof(width), width, "The number does not fit this width.");
    }

    public static string Encode(ulong number, int width)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return Encode(bytes, width);
    }

    /// <summary>False when a character is not of the alphabet or the number passes 64 bits.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out ulong number)
    {
        number = 0;
        foreach (var character in text)
        {
            var digit = DigitOf(character);
            if (digit < 0 || number > (ulong.MaxValue - (ulong)digit) / 62)
            {
                return false;
            }

            number = number * 62 + (ulong)digit;
        }

        return !text.IsEmpty;
    }

    public static bool IsBase62(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (DigitOf(character) < 0)
            {
                return false;
            }
        }

        return true;
    }

    private static int DigitOf(char character) => character switch
    {
        >= '0' and <= '9' => character - '0',
        >= 'A' and <= 'Z' => character - 'A' + 10,
        >= 'a' and <= 'z' => character - 'a' + 36,
        _ => -1,
    };
}
