namespace Sluice.Actors.Codecs;

/// <summary>Writes and reads the values of one type. Shared by all threads.</summary>
internal abstract class Codec
{
    /// <summary>The kind of every value but null.</summary>
    internal abstract WireKind Kind { get; }

    /// <summary>The elements' kind of a list of such values.</summary>
    internal virtual WireKind ElementKind => Kind;

    /// <summary><see cref="Codec{T}.IsDefault"/> of a value whose type is not known at compile time.</summary>
    internal abstract bool IsDefaultObject(object? value);

    /// <summary>Prepares what needs the codecs of other types, all of which exist by now.</summary>
    internal virtual void Link()
    {
    }
}

/// <inheritdoc cref="Codec"/>
internal abstract class Codec<T> : Codec
{
    /// <summary>Writes one payload. If it throws, the buffer holds what it held before.</summary>
    /// <exception cref="InvalidOperationException">The value nests too deep or is of a derived type.</exception>
    /// <exception cref="ArgumentException">A text in it holds half a surrogate pair.</exception>
    internal void Write(ref WireWriter writer, T value)
    {
        var start = writer.Length;
        try
        {
            WriteField(ref writer, 0, value);
        }
        catch
        {
            writer.Rewind(start);
            throw;
        }
    }

    /// <summary>Reads one payload, and leaves the reader behind it.</summary>
    /// <exception cref="MalformedPayloadException">Whatever is wrong with it.</exception>
    internal T Read(ref WireReader reader)
    {
        try
        {
            return ReadContent(ref reader, reader.ReadLooseHead());
        }
        catch (Exception e) when (e is not (MalformedPayloadException or OutOfMemoryException))
        {
            // Not ours: a constructor, a setter, a comparison of the message's own types refused what it was given.
            throw new MalformedPayloadException(
                $"Malformed before byte {reader.Position}: a type within {typeof(T)} refused a value.", e);
        }
    }

    /// <summary>Exactly what <c>default</c> is, bit for bit, so that a reader may be left to assume it.</summary>
    internal abstract bool IsDefault(in T value);

    internal sealed override bool IsDefaultObject(object? value) => IsDefault((T)value!);

    /// <summary>Writes head and content.</summary>
    internal abstract void WriteField(ref WireWriter writer, uint number, in T value);

    /// <summary>Writes the content alone, of a value that is not null.</summary>
    internal abstract void WriteContent(ref WireWriter writer, in T value);

    /// <summary>Reads a content of the given kind.</summary>
    internal abstract T ReadContent(ref WireReader reader, WireKind kind);

    /// <exception cref="MalformedPayloadException">Always.</exception>
    protected static T Mismatch(ref WireReader reader, WireKind kind)
    {
        reader.Fail($"a value of kind {kind} cannot become {typeof(T)}");
        return default;
    }
}

/// <summary>The codec of a type, where compiled code finds it without a search.</summary>
internal static class CodecOf<T>
{
    internal static readonly Codec<T> Instance = CodecCatalog.Made<T>();
}
