using System.Buffers;

namespace Sluice.Actors.Codecs;

/// <summary>
/// Bytes to be sent, in a rented array that grows. To be reused for ever by one owner at a time; it may be written to
/// again after <see cref="Dispose"/>.
/// </summary>
internal sealed class WireBuffer : IDisposable
{
    private const int RentedFirst = 512;

    /// <summary>A larger array is given back at <see cref="Clear"/>: large payloads are rare.</summary>
    private const int KeptMost = 256 * 1024;

    /// <summary>The bytes, of which <see cref="Length"/> are written. Another array after the next write.</summary>
    internal byte[] Array { get; private set; } = [];

    /// <summary>Bytes written. Set to less, it takes back what was written last.</summary>
    internal int Length { get; set; }

    /// <summary>Makes it empty, to be written to again.</summary>
    internal void Clear()
    {
        Length = 0;
        if (Array.Length > KeptMost)
        {
            Dispose();
        }
    }

    /// <summary>Gives the array back. Nobody may hold on to it, nor to a span of it.</summary>
    public void Dispose()
    {
        var array = Array;
        Array = [];
        Length = 0;
        if (array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }

    /// <summary>All the free bytes behind the written ones, which are at least <paramref name="count"/>.</summary>
    internal Span<byte> GetSpan(int count)
    {
        EnsureFree(count);
        return Array.AsSpan(Length);
    }

    /// <summary>Says that so many bytes of the last span were written.</summary>
    internal void Advance(int count) => Length += count;

    /// <exception cref="InvalidOperationException">The bytes would be more than an array can hold.</exception>
    internal void EnsureFree(int count)
    {
        if (Array.Length - Length < count)
        {
            Grow(count);
        }
    }

    private void Grow(int count)
    {
        var needed = (long)Length + count;
        if (needed > System.Array.MaxLength)
        {
            throw new InvalidOperationException(
                $"A payload of {needed} bytes cannot be written: send less at once, or in parts.");
        }

        var size = Math.Max(Math.Min(2L * Array.Length, System.Array.MaxLength), Math.Max(needed, RentedFirst));
        var grown = ArrayPool<byte>.Shared.Rent((int)size);
        Array.AsSpan(0, Length).CopyTo(grown);
        var old = Array;
        Array = grown;
        if (old.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(old);
        }
    }
}
