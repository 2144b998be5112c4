using System.Buffers;
using System.Buffers.Text;

namespace Sluice.Edge.Calls;

/// <summary>
/// Decodes base64 that stands in a JSON string, a piece at a time. What is no base64 ends it.
/// </summary>
/// <param name="raw">What stands between the quotes.</param>
/// <param name="isEscaped">True when it has escapes: some clients write <c>\/</c> and <c>\u002B</c>.</param>
internal ref struct Base64Reader(ReadOnlySpan<byte> raw, bool isEscaped)
{
    /// <summary>What one read gives at most.</summary>
    public const int BytesMax = 3_072;

    private const int CharactersMax = BytesMax / 3 * 4;

    private ReadOnlySpan<byte> _rest = raw;

    /// <summary>Decodes the next bytes, <see cref="BytesMax"/> at most, in threes. 0 at the end.</summary>
    public int Read(scoped Span<byte> into)
    {
        Span<byte> copy = stackalloc byte[isEscaped ? CharactersMax : 0];
        var most = Math.Min(CharactersMax, into.Length / 3 * 4);
        scoped ReadOnlySpan<byte> characters;
        if (isEscaped)
        {
            characters = copy[..JsonEscapes.CopyAscii(ref _rest, copy[..most])];
        }
        else
        {
            characters = _rest[..Math.Min(most, _rest.Length)];
            _rest = _rest[characters.Length..];
        }

        var status = Base64.DecodeFromUtf8(characters, into, out _, out var written, isFinalBlock: _rest.IsEmpty);
        if (status is OperationStatus.InvalidData or OperationStatus.NeedMoreData)
        {
            _rest = [];
        }

        return written;
    }

    /// <summary>Decodes as much as there is room for.</summary>
    public int Fill(scoped Span<byte> into)
    {
        var filled = 0;
        while (into.Length - filled >= 3 && Read(into[filled..]) is var read and > 0)
        {
            filled += read;
        }

        return filled;
    }
}
