namespace Sluice.Actors.Codecs;

/// <summary>
/// A collection: its elements in the order in which it gives them. A dictionary is a collection of pairs. What a
/// collection compares with does not travel: it is read with the default comparison.
/// </summary>
internal abstract class ListCodec<T, TElement> : Codec<T>
{
    /// <summary>
    /// Elements of a collection that hashes them. Keys can be chosen to share one hash, and then each is compared with
    /// all before it: this bounds what one of them can cost.
    /// </summary>
    protected const int HashedMost = 4_096;

    internal override WireKind Kind => WireKind.List;

    internal override WireKind ElementKind => WireKind.Null;

    internal override bool IsDefault(in T value) => value is null;

    internal override void WriteField(ref WireWriter writer, uint number, in T value)
    {
        if (IsNull(value))
        {
            writer.WriteHead(number, WireKind.Null);
            return;
        }

        writer.WriteHead(number, WireKind.List);
        WriteContent(ref writer, value);
    }

    internal override void WriteContent(ref WireWriter writer, in T value)
    {
        var elements = new ElementWriter<TElement>(CodecOf<TElement>.Instance);
        var count = Count(value);
        if (count > CountMost)
        {
            throw new InvalidOperationException(
                $"A {typeof(T)} of {count} elements cannot be sent, {CountMost} is the most: send a list, or parts.");
        }

        writer.BeginList(count, elements.Kind);
        WriteElements(ref writer, value, elements);
        writer.EndList();
    }

    internal override T ReadContent(ref WireReader reader, WireKind kind)
    {
        if (kind != WireKind.List)
        {
            return kind == WireKind.Null ? default! : Mismatch(ref reader, kind);
        }

        var count = reader.BeginList(out var elementKind);
        if (count > CountMost)
        {
            reader.Fail($"{count} elements are more than the {CountMost} of a collection that hashes them");
        }

        var elements = new ElementReader<TElement>(CodecOf<TElement>.Instance, elementKind, count);
        var value = ReadElements(ref reader, elements);
        reader.EndList();
        return value;
    }

    protected virtual int CountMost => int.MaxValue;

    protected virtual bool IsNull(T value) => value is null;

    protected abstract int Count(T value);

    protected abstract void WriteElements(ref WireWriter writer, T value, ElementWriter<TElement> elements);

    protected abstract T ReadElements(ref WireReader reader, ElementReader<TElement> elements);

    /// <exception cref="MalformedPayloadException">Always.</exception>
    protected static void Twice(ref WireReader reader) => reader.Fail($"an element comes twice in {typeof(T)}");
}

/// <summary>Writes the elements of one list.</summary>
internal readonly struct ElementWriter<T>(Codec<T> codec)
{
    internal WireKind Kind { get; } = codec.ElementKind;

    internal void Write(ref WireWriter writer, T element)
    {
        if (Kind == WireKind.Null)
        {
            codec.WriteField(ref writer, 0, element);
        }
        else
        {
            codec.WriteContent(ref writer, element);
        }
    }
}

/// <summary>Reads the elements of one list.</summary>
internal readonly struct ElementReader<T>(Codec<T> codec, WireKind kind, int count)
{
    /// <summary>No more than there are bytes.</summary>
    internal int Count => count;

    internal T Read(ref WireReader reader) =>
        codec.ReadContent(ref reader, kind == WireKind.Null ? reader.ReadLooseHead() : kind);

    internal T[] ReadAll(ref WireReader reader)
    {
        if (count == 0)
        {
            return [];
        }

        var elements = new T[count];
        for (var i = 0; i < elements.Length; i++)
        {
            elements[i] = Read(ref reader);
        }

        return elements;
    }
}
