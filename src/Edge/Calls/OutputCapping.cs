using System.Buffers.Text;

namespace Sluice.Edge.Calls;

/// <summary>
/// Writes a cap on the output into a body that states none, in place, for a limit that reserved no more than that.
/// </summary>
internal static class OutputCapping
{
    /// <summary>Most bytes a body grows by: the longest name, and the largest number.</summary>
    public const int GrowthMax = 48;

    /// <summary>
    /// Makes the call's body state the cap that its reservation rests on, so that the pool keeps to it; does nothing
    /// when the client stated one, or none is known. Call it before the body is forwarded.
    /// </summary>
    public static void StateCap(HttpContext context)
    {
        var call = context.Call();
        var body = call.Body;
        if (body.Capping is not { } capping)
        {
            return;
        }

        var length = Write(capping.Buffer.Span, body.Forwarded.Length, capping);
        call.Body = body with { Forwarded = capping.Buffer[..length], Capping = null };
        Forward(context, capping.Array, length);
    }

    /// <summary>Has the request forwarded with this body.</summary>
    public static void Forward(HttpContext context, byte[] buffer, int length)
    {
        context.Request.Body = new MemoryStream(buffer, 0, length, writable: false);
        context.Request.ContentLength = length;
    }

    /// <summary>The body's new length. Requires <see cref="GrowthMax"/> bytes of room behind it.</summary>
    private static int Write(Span<byte> buffer, int length, Capping capping)
    {
        Span<byte> written = stackalloc byte[GrowthMax];
        var used = 0;
        if (!capping.ReplacesNull)
        {
            ",\""u8.CopyTo(written);
            used = 2 + System.Text.Encoding.ASCII.GetBytes(capping.Name, written[2..]);
            "\":"u8.CopyTo(written[used..]);
            used += 2;
        }

        Utf8Formatter.TryFormat(capping.Tokens, written[used..], out var digits);
        used += digits;
        return UsageAsking.Splice(
            buffer, length, capping.At, capping.ReplacesNull ? "null"u8.Length : 0, written[..used]);
    }
}

/// <summary>How a body that states no cap would be made to state one.</summary>
/// <param name="Array">The body's buffer, with room behind the body.</param>
/// <param name="At">Where the cap goes.</param>
/// <param name="ReplacesNull">True when a null stands there now.</param>
/// <param name="Name">The parameter that the pool obeys.</param>
/// <param name="Tokens">The cap for one answer; 1 or more.</param>
internal sealed record Capping(byte[] Array, int At, bool ReplacesNull, string Name, long Tokens)
{
    public Memory<byte> Buffer => Array;
}
