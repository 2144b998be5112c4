using System.Diagnostics;
using Sluice.Actors.Codecs;

namespace Sluice.Actors.Wire;

/// <summary>
/// The place of a call in a trace: trace id, span id, flags and state, as in W3C Trace Context level 1, in binary.
/// </summary>
internal static class TraceCodec
{
    private const int TraceBytes = 16;
    private const int SpanBytes = 8;

    internal static void Write(ref WireWriter writer, ActivityContext context)
    {
        Span<byte> ids = stackalloc byte[TraceBytes + SpanBytes];
        context.TraceId.CopyTo(ids);
        context.SpanId.CopyTo(ids[TraceBytes..]);
        writer.WriteBytes(ids);
        writer.WriteByte((byte)context.TraceFlags);
        writer.WriteText(context.TraceState);
    }

    internal static ActivityContext Read(ref WireReader reader)
    {
        var ids = reader.ReadBytes();
        return ids.Length == TraceBytes + SpanBytes
            ? new ActivityContext(
                ActivityTraceId.CreateFromBytes(ids[..TraceBytes]), ActivitySpanId.CreateFromBytes(ids[TraceBytes..]),
                (ActivityTraceFlags)reader.ReadByte(), reader.ReadText(), isRemote: true)
            : throw new MalformedPayloadException($"A place in a trace of {ids.Length} bytes.");
    }
}
