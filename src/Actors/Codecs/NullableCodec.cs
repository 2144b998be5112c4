namespace Sluice.Actors.Codecs;

/// <summary>A value that may be missing: as its type, or null.</summary>
internal sealed class NullableCodec<T> : Codec<T?>
    where T : struct
{
    internal override WireKind Kind => CodecOf<T>.Instance.Kind;

    internal override WireKind ElementKind => WireKind.Null;

    internal override bool IsDefault(in T? value) => value is null;

    internal override void WriteField(ref WireWriter writer, uint number, in T? value)
    {
        if (value is { } present)
        {
            CodecOf<T>.Instance.WriteField(ref writer, number, present);
        }
        else
        {
            writer.WriteHead(number, WireKind.Null);
        }
    }

    internal override void WriteContent(ref WireWriter writer, in T? value) =>
        CodecOf<T>.Instance.WriteContent(ref writer, value!.Value);

    internal override T? ReadContent(ref WireReader reader, WireKind kind) =>
        kind == WireKind.Null ? null : CodecOf<T>.Instance.ReadContent(ref reader, kind);
}

/// <summary>What travels in place of a type that cannot be numbered itself.</summary>
internal interface IStandIn<T, TSelf>
    where TSelf : struct, IStandIn<T, TSelf>
{
    static abstract TSelf For(T value);

    T ToValue();
}

/// <summary>Types of the engine that a numbered type stands in for.</summary>
internal sealed class StandInCodec<T, TStandIn> : Codec<T>
    where T : struct
    where TStandIn : struct, IStandIn<T, TStandIn>
{
    internal override WireKind Kind => WireKind.Group;

    internal override bool IsDefault(in T value) => false;

    internal override void WriteField(ref WireWriter writer, uint number, in T value) =>
        CodecOf<TStandIn>.Instance.WriteField(ref writer, number, TStandIn.For(value));

    internal override void WriteContent(ref WireWriter writer, in T value) =>
        CodecOf<TStandIn>.Instance.WriteContent(ref writer, TStandIn.For(value));

    internal override T ReadContent(ref WireReader reader, WireKind kind) =>
        CodecOf<TStandIn>.Instance.ReadContent(ref reader, kind).ToValue();
}
