using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Sluice.Actors.Codecs;

/// <summary>Collections whose elements lie one behind the other in memory.</summary>
internal abstract class SpanCodec<T, TElement> : ListCodec<T, TElement>
{
    protected override int Count(T value) => Span(value).Length;

    protected override void WriteElements(ref WireWriter writer, T value, ElementWriter<TElement> elements)
    {
        foreach (var element in Span(value))
        {
            elements.Write(ref writer, element);
        }
    }

    protected override T ReadElements(ref WireReader reader, ElementReader<TElement> elements) =>
        From(elements.ReadAll(ref reader));

    protected abstract ReadOnlySpan<TElement> Span(T value);

    protected abstract T From(TElement[] elements);
}

internal sealed class ArrayCodec<T> : SpanCodec<T[], T>
{
    protected override ReadOnlySpan<T> Span(T[] value) => value;

    protected override T[] From(T[] elements) => elements;
}

internal sealed class ImmutableArrayCodec<T> : SpanCodec<ImmutableArray<T>, T>
{
    internal override bool IsDefault(in ImmutableArray<T> value) => value.IsDefault;

    protected override bool IsNull(ImmutableArray<T> value) => value.IsDefault;

    protected override ReadOnlySpan<T> Span(ImmutableArray<T> value) => value.AsSpan();

    protected override ImmutableArray<T> From(T[] elements) => ImmutableCollectionsMarshal.AsImmutableArray(elements);
}

/// <summary>Nobody can tell an empty memory from <c>default</c>, so it is never null.</summary>
internal sealed class MemoryCodec<T> : SpanCodec<ReadOnlyMemory<T>, T>
{
    internal override bool IsDefault(in ReadOnlyMemory<T> value) => value.IsEmpty;

    protected override ReadOnlySpan<T> Span(ReadOnlyMemory<T> value) => value.Span;

    protected override ReadOnlyMemory<T> From(T[] elements) => elements;
}

internal sealed class GrowingListCodec<T> : ListCodec<List<T>, T>
{
    protected override int Count(List<T> value) => value.Count;

    protected override void WriteElements(ref WireWriter writer, List<T> value, ElementWriter<T> elements)
    {
        foreach (var element in CollectionsMarshal.AsSpan(value))
        {
            elements.Write(ref writer, element);
        }
    }

    protected override List<T> ReadElements(ref WireReader reader, ElementReader<T> elements)
    {
        var list = new List<T>(elements.Count);
        for (var i = 0; i < elements.Count; i++)
        {
            list.Add(elements.Read(ref reader));
        }

        return list;
    }
}

internal sealed class ImmutableListCodec<T> : ListCodec<ImmutableList<T>, T>
{
    protected override int Count(ImmutableList<T> value) => value.Count;

    protected override void WriteElements(ref WireWriter writer, ImmutableList<T> value, ElementWriter<T> elements)
    {
        foreach (var element in value)
        {
            elements.Write(ref writer, element);
        }
    }

    protected override ImmutableList<T> ReadElements(ref WireReader reader, ElementReader<T> elements) =>
        ImmutableList.Create(elements.ReadAll(ref reader));
}

/// <summary>First in, first written.</summary>
internal sealed class ImmutableQueueCodec<T> : ListCodec<ImmutableQueue<T>, T>
{
    protected override int Count(ImmutableQueue<T> value)
    {
        var count = 0;
        foreach (var _ in value)
        {
            count++;
        }

        return count;
    }

    protected override void WriteElements(ref WireWriter writer, ImmutableQueue<T> value, ElementWriter<T> elements)
    {
        foreach (var element in value)
        {
            elements.Write(ref writer, element);
        }
    }

    protected override ImmutableQueue<T> ReadElements(ref WireReader reader, ElementReader<T> elements) =>
        ImmutableQueue.Create(elements.ReadAll(ref reader));
}

/// <summary>Top first.</summary>
internal sealed class ImmutableStackCodec<T> : ListCodec<ImmutableStack<T>, T>
{
    protected override int Count(ImmutableStack<T> value)
    {
        var count = 0;
        foreach (var _ in value)
        {
            count++;
        }

        return count;
    }

    protected override void WriteElements(ref WireWriter writer, ImmutableStack<T> value, ElementWriter<T> elements)
    {
        foreach (var element in value)
        {
            elements.Write(ref writer, element);
        }
    }

    protected override ImmutableStack<T> ReadElements(ref WireReader reader, ElementReader<T> elements)
    {
        var all = elements.ReadAll(ref reader);
        Array.Reverse(all);
        return ImmutableStack.Create(all);
    }
}
