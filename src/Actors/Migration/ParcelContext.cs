using System.Buffers;
using Sluice.Actors.Codecs;

namespace Sluice.Actors.Migration;

/// <summary>A parcel while it is packed, and while it is unpacked.</summary>
internal sealed class ParcelContext : IDehydrationContext, IRehydrationContext
{
    private readonly Dictionary<string, byte[]> _items = new(StringComparer.Ordinal);

    internal ParcelContext()
    {
    }

    internal ParcelContext(Parcel parcel)
    {
        foreach (var item in parcel.Items)
        {
            _items[item.Key] = item.Value;
        }
    }

    public IEnumerable<string> Keys => _items.Keys;

    internal Parcel ToParcel(GrainId grain, long packedAt) => new()
    {
        Grain = grain, Items = [.. _items.Select(item => new ParcelItem(item.Key, item.Value))], PackedAt = packedAt,
    };

    public void AddBytes(string key, ReadOnlySpan<byte> value) => _items.Add(key, value.ToArray());

    public void AddBytes<T>(string key, Action<T, IBufferWriter<byte>> valueWriter, T value)
    {
        ArgumentNullException.ThrowIfNull(valueWriter);
        var written = new ArrayBufferWriter<byte>();
        valueWriter(value, written);
        _items.Add(key, written.WrittenSpan.ToArray());
    }

    public bool TryAddValue<T>(string key, T? value)
    {
        if (value is null || CodecCatalog.Mistakes(typeof(T), key).Any())
        {
            return false;
        }

        var buffer = new WireBuffer();
        var writer = new WireWriter(buffer);
        CodecCatalog.Of<T>().Write(ref writer, value);
        return _items.TryAdd(key, buffer.Array.AsSpan(0, buffer.Length).ToArray());
    }

    public bool TryGetBytes(string key, out ReadOnlySequence<byte> value)
    {
        var found = _items.TryGetValue(key, out var bytes);
        value = found ? new ReadOnlySequence<byte>(bytes!) : default;
        return found;
    }

    public bool TryGetValue<T>(string key, out T? value)
    {
        value = default;
        if (!_items.TryGetValue(key, out var bytes))
        {
            return false;
        }

        try
        {
            var reader = new WireReader(bytes);
            value = CodecCatalog.Of<T>().Read(ref reader);
            return true;
        }
        catch (MalformedPayloadException)
        {
            return false; // Another version wrote it: the grain begins without, as after a crash.
        }
    }
}
