namespace Sluice.Actors.Codecs;

internal delegate void GroupWriter<T>(ref WireWriter writer, in T value);

internal delegate T GroupReader<T>(ref WireReader reader);

/// <summary>A type with numbered members. An object in a list may be null, a struct may not.</summary>
internal sealed class GroupCodec<T>(GroupPlan plan) : Codec<T>
{
    private static readonly bool IsStruct = typeof(T).IsValueType;

    /// <summary>The type that an object must be of, where it could be of a derived one.</summary>
    private readonly Type? _exact = typeof(T).IsSealed ? null : typeof(T);

    private GroupWriter<T> _write = null!;
    private GroupReader<T> _read = null!;

    internal override WireKind Kind => WireKind.Group;

    internal override WireKind ElementKind => IsStruct ? WireKind.Group : WireKind.Null;

    internal override void Link()
    {
        _write = GroupCompiler.CompileWriter<T>(plan);
        _read = GroupCompiler.CompileReader<T>(plan);
    }

    internal override bool IsDefault(in T value) => value is null;

    internal override void WriteField(ref WireWriter writer, uint number, in T value)
    {
        if (value is null)
        {
            writer.WriteHead(number, WireKind.Null);
            return;
        }

        writer.WriteHead(number, WireKind.Group);
        WriteContent(ref writer, value);
    }

    internal override void WriteContent(ref WireWriter writer, in T value)
    {
        if (_exact is not null && value!.GetType() != _exact)
        {
            throw new InvalidOperationException(
                $"A {value.GetType()} cannot be sent as a {_exact}, for its own members would be lost: "
                + "send the declared type itself.");
        }

        _write(ref writer, in value);
    }

    internal override T ReadContent(ref WireReader reader, WireKind kind)
    {
        if (kind == WireKind.Group)
        {
            return _read(ref reader);
        }

        return kind == WireKind.Null && !IsStruct ? default! : Mismatch(ref reader, kind);
    }
}
