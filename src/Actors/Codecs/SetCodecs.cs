using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Sluice.Actors.Codecs;

internal sealed class HashSetCodec<T> : ListCodec<HashSet<T>, T>
{
    protected override int CountMost => HashedMost;

    protected override int Count(HashSet<T> value) => value.Count;

    protected override void WriteElements(ref WireWriter writer, HashSet<T> value, ElementWriter<T> elements)
    {
        foreach (var element in value)
        {
            elements.Write(ref writer, element);
        }
    }

    protected override HashSet<T> ReadElements(ref WireReader reader, ElementReader<T> elements) =>
        Read(ref reader, elements);

    internal static HashSet<T> Read(ref WireReader reader, ElementReader<T> elements)
    {
        var set = new HashSet<T>(elements.Count);
        for (var i = 0; i < elements.Count; i++)
        {
            if (!set.Add(elements.Read(ref reader)))
            {
                Twice(ref reader);
            }
        }

        return set;
    }
}

internal sealed class FrozenSetCodec<T> : ListCodec<FrozenSet<T>, T>
{
    protected override int CountMost => HashedMost;

    protected override int Count(FrozenSet<T> value) => value.Count;

    protected override void WriteElements(ref WireWriter writer, FrozenSet<T> value, ElementWriter<T> elements)
    {
        foreach (var element in value)
        {
            elements.Write(ref writer, element);
        }
    }

    protected override FrozenSet<T> ReadElements(ref WireReader reader, ElementReader<T> elements) =>
        HashSetCodec<T>.Read(ref reader, elements).ToFrozenSet();
}

internal sealed class ImmutableHashSetCodec<T> : ListCodec<ImmutableHashSet<T>, T>
{
    protected override int CountMost => HashedMost;

    protected override int Count(ImmutableHashSet<T> value) => value.Count;

    protected override void WriteElements(ref WireWriter writer, ImmutableHashSet<T> value, ElementWriter<T> elements)
    {
        foreach (var element in value)
        {
            elements.Write(ref writer, element);
        }
    }

    protected override ImmutableHashSet<T> ReadElements(ref WireReader reader, ElementReader<T> elements)
    {
        var set = ImmutableHashSet.CreateBuilder<T>();
        for (var i = 0; i < elements.Count; i++)
        {
            if (!set.Add(elements.Read(ref reader)))
            {
                Twice(ref reader);
            }
        }

        return set.ToImmutable();
    }
}

internal sealed class ImmutableSortedSetCodec<T> : ListCodec<ImmutableSortedSet<T>, T>
{
    protected override int Count(ImmutableSortedSet<T> value) => value.Count;

    protected override void WriteElements(ref WireWriter writer, ImmutableSortedSet<T> value, ElementWriter<T> elements)
    {
        foreach (var element in value)
        {
            elements.Write(ref writer, element);
        }
    }

    protected override ImmutableSortedSet<T> ReadElements(ref WireReader reader, ElementReader<T> elements)
    {
        var set = ImmutableSortedSet.CreateBuilder<T>();
        for (var i = 0; i < elements.Count; i++)
        {
            if (!set.Add(elements.Read(ref reader)))
            {
                Twice(ref reader);
            }
        }

        return set.ToImmutable();
    }
}
