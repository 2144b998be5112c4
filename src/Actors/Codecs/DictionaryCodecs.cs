using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Sluice.Actors.Codecs;

/// <summary>A list of pairs, of which no two have the same key.</summary>
internal abstract class MapCodec<T, TKey, TValue> : ListCodec<T, KeyValuePair<TKey, TValue>>
    where T : class
    where TKey : notnull
{
    protected override int CountMost => HashedMost;

    protected override T ReadElements(ref WireReader reader, ElementReader<KeyValuePair<TKey, TValue>> elements)
    {
        var map = Begin(elements.Count);
        for (var i = 0; i < elements.Count; i++)
        {
            var (key, value) = elements.Read(ref reader);
            if (key is null)
            {
                reader.Fail($"a key is null in {typeof(T)}");
            }

            if (!map.TryAdd(key, value))
            {
                Twice(ref reader);
            }
        }

        return End(map);
    }

    protected abstract IDictionary<TKey, TValue> Begin(int count);

    protected abstract T End(IDictionary<TKey, TValue> map);
}

internal sealed class DictionaryCodec<TKey, TValue> : MapCodec<Dictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override int Count(Dictionary<TKey, TValue> value) => value.Count;

    protected override void WriteElements(
        ref WireWriter writer, Dictionary<TKey, TValue> value, ElementWriter<KeyValuePair<TKey, TValue>> elements)
    {
        foreach (var pair in value)
        {
            elements.Write(ref writer, pair);
        }
    }

    protected override IDictionary<TKey, TValue> Begin(int count) => new Dictionary<TKey, TValue>(count);

    protected override Dictionary<TKey, TValue> End(IDictionary<TKey, TValue> map) => (Dictionary<TKey, TValue>)map;
}

internal sealed class FrozenDictionaryCodec<TKey, TValue> : MapCodec<FrozenDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override int Count(FrozenDictionary<TKey, TValue> value) => value.Count;

    protected override void WriteElements(
        ref WireWriter writer, FrozenDictionary<TKey, TValue> value, ElementWriter<KeyValuePair<TKey, TValue>> elements)
    {
        foreach (var pair in value)
        {
            elements.Write(ref writer, pair);
        }
    }

    protected override IDictionary<TKey, TValue> Begin(int count) => new Dictionary<TKey, TValue>(count);

    protected override FrozenDictionary<TKey, TValue> End(IDictionary<TKey, TValue> map) => map.ToFrozenDictionary();
}

internal sealed class ImmutableDictionaryCodec<TKey, TValue> : MapCodec<ImmutableDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override int Count(ImmutableDictionary<TKey, TValue> value) => value.Count;

    protected override void WriteElements(
        ref WireWriter writer,
        ImmutableDictionary<TKey, TValue> value,
        ElementWriter<KeyValuePair<TKey, TValue>> elements)
    {
        foreach (var pair in value)
        {
            elements.Write(ref writer, pair);
        }
    }

    protected override IDictionary<TKey, TValue> Begin(int count) => ImmutableDictionary.CreateBuilder<TKey, TValue>();

    protected override ImmutableDictionary<TKey, TValue> End(IDictionary<TKey, TValue> map) =>
        ((ImmutableDictionary<TKey, TValue>.Builder)map).ToImmutable();
}

internal sealed class ImmutableSortedDictionaryCodec<TKey, TValue>
    : MapCodec<ImmutableSortedDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override int CountMost => int.MaxValue; // It compares, and never more often than the logarithm.

    protected override int Count(ImmutableSortedDictionary<TKey, TValue> value) => value.Count;

    protected override void WriteElements(
        ref WireWriter writer,
        ImmutableSortedDictionary<TKey, TValue> value,
        ElementWriter<KeyValuePair<TKey, TValue>> elements)
    {
        foreach (var pair in value)
        {
            elements.Write(ref writer, pair);
        }
    }

    protected override IDictionary<TKey, TValue> Begin(int count) =>
        ImmutableSortedDictionary.CreateBuilder<TKey, TValue>();

    protected override ImmutableSortedDictionary<TKey, TValue> End(IDictionary<TKey, TValue> map) =>
        ((ImmutableSortedDictionary<TKey, TValue>.Builder)map).ToImmutable();
}
