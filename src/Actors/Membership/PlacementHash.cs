using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Sluice.Actors.Membership;

/// <summary>
/// The hash that placement rests on. All silos must agree on it: it never changes, and vectors in a test hold it.
/// </summary>
/// <remarks>
/// Multiply and fold, as wyhash does: one multiplication for 16 bytes of text (8 characters, as UTF-16 in little-endian
/// order), and every bit of the input reaches every bit of the result.
/// </remarks>
internal static class PlacementHash
{
    private const ulong First = 0xa0761d6478bd642f;
    private const ulong Second = 0xe7037ed1a0b428db;
    private const ulong Third = 0x8ebc6af09c88c6e3;

    internal static ulong OfText(string text, ulong seed)
    {
        var bytes = MemoryMarshal.AsBytes(text.AsSpan());
        var hash = seed ^ First;
        for (; bytes.Length > 16; bytes = bytes[16..])
        {
            hash = Fold(Read(bytes) ^ Second, Read(bytes[8..]) ^ hash);
        }

        // The last 1 to 16 bytes, filled up with zeros; the length tells them from zeros of the text.
        Span<byte> last = stackalloc byte[16];
        bytes.CopyTo(last);
        hash = Fold(Read(last) ^ Second, Read(last[8..]) ^ hash);
        return Fold(hash ^ Third, (ulong)text.Length ^ Second);
    }

    internal static ulong OfNumber(long number) => Combine((ulong)number, First);

    /// <summary>Mixes two hashes into one. Their order matters.</summary>
    internal static ulong Combine(ulong one, ulong other) => Fold(one ^ Third, other ^ Second);

    private static ulong Fold(ulong one, ulong other)
    {
        var high = Math.BigMul(one, other, out var low);
        return high ^ low;
    }

    private static ulong Read(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes);
}
