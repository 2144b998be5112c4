using System.Buffers.Binary;
using Sluice.Actors.Calls;
using Sluice.Actors.Codecs;
using Sluice.Actors.Hosting;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Wire;

/// <summary>How each kind of frame is written and read. See docs/wire.md.</summary>
internal static class Frames
{
    internal const int LengthBytes = 4;

    /// <summary>Longest frame in bytes, without its length. A message that large is a mistake in a contract.</summary>
    internal const int MostBytes = 4 << 20;

    /// <summary>Longest name of an interface or a method: a peer's names are kept as long as its connection.</summary>
    private const int MostNameCharacters = 1024;

    [Flags]
    private enum CallFlags : byte
    {
        None = 0,
        Source = 1,
        Context = 2,
        Trace = 4,
        Forward = 8,
    }

    /// <summary>Reads the length of the frame that follows.</summary>
    /// <exception cref="MalformedPayloadException">It is longer than a frame may be, or empty.</exception>
    internal static int ReadLength(ReadOnlySpan<byte> prefix)
    {
        var length = BinaryPrimitives.ReadUInt32LittleEndian(prefix);
        return length is > 0 and <= MostBytes
            ? (int)length
            : throw new MalformedPayloadException($"A frame of {length} bytes; 1 to {MostBytes} are allowed.");
    }

    internal static long ReadCorrelation(ref WireReader reader) => (long)reader.ReadVarint();

    internal static void WriteEmpty(WireBuffer buffer, FrameKind kind) => End(buffer, Begin(buffer, kind));

    /// <summary>A frame that says nothing but which call, or which silo.</summary>
    internal static void WriteCorrelated(WireBuffer buffer, FrameKind kind, long correlation)
    {
        var begun = Begin(buffer, kind);
        new WireWriter(buffer).WriteVarint((ulong)correlation);
        End(buffer, begun);
    }

    internal static void WritePayload<T>(WireBuffer buffer, FrameKind kind, T payload)
    {
        var begun = Begin(buffer, kind);
        var writer = new WireWriter(buffer);
        CodecCatalog.Of<T>().Write(ref writer, payload);
        End(buffer, begun);
    }

    internal static void WriteMethod(WireBuffer buffer, int number, CallMethod method)
    {
        var begun = Begin(buffer, FrameKind.Method);
        var writer = new WireWriter(buffer);
        writer.WriteVarint((ulong)number);
        writer.WriteText(method.WireName.Interface);
        writer.WriteText(method.WireName.Method);
        End(buffer, begun);
    }

    internal static (int Number, string Interface, string Method) ReadMethod(ref WireReader reader)
    {
        var (number, interfaceName, methodName) =
            (ReadNumber(ref reader), ReadText(ref reader), ReadText(ref reader));
        return interfaceName.Length <= MostNameCharacters && methodName.Length <= MostNameCharacters
            ? (number, interfaceName, methodName)
            : throw new MalformedPayloadException($"A method's name is longer than {MostNameCharacters} characters.");
    }

    internal static void WriteCall(WireBuffer buffer, GrainCall call, int method, CoarseClock clock)
    {
        var begun = Begin(buffer, FrameKind.Call);
        var writer = new WireWriter(buffer);
        var trace = call.Traced && call.ParentContext != default;
        writer.WriteVarint((ulong)call.Correlation);
        writer.WriteByte((byte)((call.SourceId.IsDefault ? CallFlags.None : CallFlags.Source)
            | (call.Carried is null ? CallFlags.None : CallFlags.Context)
            | (trace ? CallFlags.Trace : CallFlags.None)
            | (call.AsksForwarding ? CallFlags.Forward : CallFlags.None)));
        writer.WriteVarint((ulong)method);
        writer.WriteVarint(Milliseconds(call.Deadline, clock));
        WriteGrain(ref writer, call.Target);
        if (!call.SourceId.IsDefault)
        {
            WriteGrain(ref writer, call.SourceId);
        }

        if (call.Carried is { } context)
        {
            ContextCodec.Write(ref writer, context);
        }

        if (trace)
        {
            TraceCodec.Write(ref writer, call.ParentContext);
        }

        call.WriteArguments(ref writer);
        End(buffer, begun);
    }

    internal static CallHeader ReadCallHeader(ref WireReader reader)
    {
        var correlation = ReadCorrelation(ref reader);
        var flags = (CallFlags)reader.ReadByte();
        return new CallHeader(
            correlation,
            ReadNumber(ref reader),
            reader.ReadVarint(),
            ReadGrain(ref reader),
            flags.HasFlag(CallFlags.Source) ? ReadGrain(ref reader) : default,
            flags.HasFlag(CallFlags.Context) ? ContextCodec.Read(ref reader) : null,
            flags.HasFlag(CallFlags.Trace) ? TraceCodec.Read(ref reader) : default,
            flags.HasFlag(CallFlags.Forward));
    }

    /// <summary>What the header says, on the call that it came with.</summary>
    internal static void Apply(in CallHeader header, GrainCall call, ActorHost host)
    {
        call.SourceId = header.Source;
        call.Carried = header.Context;
        call.AsksForwarding = header.Forward;
        call.Deadline = header.Milliseconds == 0 ? long.MaxValue
            : host.Clock.After(TimeSpan.FromMilliseconds(Math.Min(header.Milliseconds, uint.MaxValue)));
        host.Statistics.Begin(call, host.Metrics.AreTimed);
        if (HostMetrics.Activities.HasListeners())
        {
            call.Traced = true;
            call.ParentContext = header.Trace;
        }
    }

    internal static void WriteResult(WireBuffer buffer, GrainCall call)
    {
        var begun = Begin(buffer, FrameKind.Result);
        var writer = new WireWriter(buffer);
        writer.WriteVarint((ulong)call.Correlation);
        call.WriteAnswer(ref writer);
        End(buffer, begun);
    }

    internal static void WriteFailure(
        WireBuffer buffer, long correlation, Exception failure, bool withStack)
    {
        var begun = Begin(buffer, FrameKind.Failure);
        var writer = new WireWriter(buffer);
        writer.WriteVarint((ulong)correlation);
        ExceptionCodec.Write(ref writer, failure, withStack);
        End(buffer, begun);
    }

    private static int Begin(WireBuffer buffer, FrameKind kind)
    {
        var begun = buffer.Length;
        buffer.EnsureFree(LengthBytes + 1);
        buffer.Length += LengthBytes;
        new WireWriter(buffer).WriteByte((byte)kind);
        return begun;
    }

    private static void End(WireBuffer buffer, int begun)
    {
        var length = buffer.Length - begun - LengthBytes;
        if (length > MostBytes)
        {
            throw new InvalidOperationException(
                $"A message of {length} bytes cannot be sent; {MostBytes} are allowed. Send it in parts.");
        }

        BinaryPrimitives.WriteInt32LittleEndian(buffer.Array.AsSpan(begun), length);
    }

    /// <summary>What is left of the call's time; zero is without end.</summary>
    private static ulong Milliseconds(long deadline, CoarseClock clock) => deadline == long.MaxValue
        ? 0
        : (ulong)Math.Max(1, (deadline - clock.Now) * clock.Period.TotalMilliseconds);

    private static void WriteGrain(ref WireWriter writer, GrainId grain)
    {
        writer.WriteText(grain.Type.ToString());
        writer.WriteText(grain.Key.ToString());
    }

    private static GrainId ReadGrain(ref WireReader reader)
    {
        var type = ReadText(ref reader);
        var key = ReadText(ref reader);
        return string.IsNullOrWhiteSpace(type) || string.IsNullOrWhiteSpace(key)
            ? throw new MalformedPayloadException("A grain without a type or a key.")
            : GrainId.Create(type, key);
    }

    private static string ReadText(ref WireReader reader) =>
        reader.ReadText() ?? throw new MalformedPayloadException("A name is missing.");

    private static int ReadNumber(ref WireReader reader)
    {
        var number = reader.ReadVarint();
        return number <= int.MaxValue
            ? (int)number
            : throw new MalformedPayloadException($"{number} is no number of a method.");
    }
}
