namespace Sluice.Rules.Usage;

/// <summary>What is sent at once, and sent again, the same, until it is acknowledged.</summary>
/// <param name="Number">Counts the parcels of one sender; 1 or more, without gaps.</param>
/// <param name="Items">What is in it, oldest first; may be empty.</param>
/// <param name="CompleteThrough">What <see cref="UsageOutbox{T}.Next"/> was told, once nothing older waits.</param>
/// <param name="LastSequence">What <see cref="UsageOutbox{T}.Next"/> was told.</param>
/// <param name="Dropped">Items that this sender could not keep, since it began; 0 or more.</param>
public sealed record UsageParcel<T>(
    long Number, IReadOnlyList<T> Items, long CompleteThrough, long LastSequence, long Dropped);

/// <summary>
/// What an edge has to tell the usage log, in its order: bounded, one parcel under way at a time. A parcel is made only
/// when the one before was acknowledged, so whoever stores them knows that the second after a moment was made after it.
/// One owner changes it in place, and locks it.
/// </summary>
/// <param name="most">Items from which on no more are wanted; 1 or more.</param>
/// <param name="batchMost">Items of a parcel at most; 1 or more.</param>
public sealed class UsageOutbox<T>(int most, int batchMost)
{
    private readonly Queue<T> _waiting = new();
    private UsageParcel<T>? _underWay;
    private long _lastNumber;
    private long _completeThrough;

    /// <summary>Items that are not acknowledged; never above twice the most.</summary>
    public int Count => _waiting.Count + (_underWay?.Items.Count ?? 0);

    /// <summary>Items that could not be kept; 0 or more.</summary>
    public long Dropped { get; private set; }

    /// <summary>No more are wanted: what may be refused is refused until there is room.</summary>
    public bool IsFull => Count >= most;

    /// <summary>The parcel that the item added last will be in, at the latest; an earlier one is possible.</summary>
    public long LastParcel => _lastNumber + ((_waiting.Count + batchMost - 1) / batchMost);

    /// <summary>
    /// Keeps an item. Above the most only what must be kept is, and up to twice as many; whatever is not kept is
    /// counted, and the log is told that it is not whole.
    /// </summary>
    /// <param name="item">The item.</param>
    /// <param name="mustKeep">True: it is of a plan whose calls are refused once this is full.</param>
    /// <returns>Whether it is kept.</returns>
    public bool TryAdd(T item, bool mustKeep)
    {
        if (Count >= (mustKeep ? (long)most * 2 : most))
        {
            Dropped++;
            return false;
        }

        _waiting.Enqueue(item);
        return true;
    }

    /// <summary>The parcel under way, or the next one.</summary>
    /// <param name="completeThrough">
    /// Of every call up to this sequence that was asked for before, the item was added or none will be.
    /// </param>
    /// <param name="lastSequence">The newest sequence that was given out, read before the other.</param>
    public UsageParcel<T> Next(long completeThrough, long lastSequence)
    {
        if (_underWay is { } again)
        {
            return again;
        }

        var items = new T[Math.Min(batchMost, _waiting.Count)];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = _waiting.Dequeue();
        }

        if (_waiting.Count == 0)
        {
            _completeThrough = Math.Max(_completeThrough, completeThrough);
        }

        return _underWay = new UsageParcel<T>(++_lastNumber, items, _completeThrough, lastSequence, Dropped);
    }

    /// <summary>The parcel of this number is stored. Another number than that under way says nothing.</summary>
    public void Acknowledged(long number)
    {
        if (_underWay?.Number == number)
        {
            _underWay = null;
        }
    }
}
