namespace Sluice.Actors.Activations;

/// <summary>
/// Bounds the calls from other processes that wait on this host, all activations together. The bound of one activation
/// moves with what is free: many that are flooded share what there is, and leave as much as each of them has to the
/// next one, so a flood cannot keep others out. Choudhury and Hahne, "Dynamic queue length thresholds for
/// shared-memory packet switches", 1998, with a factor of 1.
/// </summary>
/// <param name="most">1 or more.</param>
internal sealed class RemoteWaiting(int most)
{
    private int _count;

    /// <summary>Calls that wait now.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>Whether one more may wait for an activation: it has fewer waiting than places are free.</summary>
    internal static bool MayWait(int waitingThere, int waitingInTotal, int most) =>
        waitingThere < most - waitingInTotal;

    /// <summary>Takes a place; false when the activation may have no more.</summary>
    internal bool TryAdd(int waitingThere)
    {
        if (MayWait(waitingThere, Interlocked.Increment(ref _count) - 1, most))
        {
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }

    /// <summary>Takes a place for a call that has had one: it only waits elsewhere.</summary>
    internal void Keep() => Interlocked.Increment(ref _count);

    internal void Remove() => Interlocked.Decrement(ref _count);
}
