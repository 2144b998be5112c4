using System.Buffers;

namespace Sluice.Edge;

/// <summary>Buffers of the shared pool that grow with what arrives.</summary>
internal static class RentedBytes
{
    /// <summary>Twice the room, with what was filled so far; the smaller buffer goes back to the pool.</summary>
    public static byte[] Grow(byte[] buffer, int filled)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
