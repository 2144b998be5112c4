namespace Sluice.Actors.Hosting;

/// <summary>
/// Turns run on the thread that calls <see cref="RunUntilIdle"/>, one after another, in an order that a seed decides.
/// Code outside of grains takes part by running in <see cref="Context"/>.
/// </summary>
/// <param name="random">Picks the next item; null runs them in the order of their arrival.</param>
public sealed class DeterministicTurnScheduler(Random? random) : ITurnScheduler
{
    private readonly Lock _lock = new();
    private readonly List<IThreadPoolWorkItem> _items = [];
    private SchedulerContext? _context;

    /// <summary>Posts to this scheduler; what code outside of grains awaits comes back here.</summary>
    public SynchronizationContext Context => _context ??= new SchedulerContext(this);

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem item)
    {
        lock (_lock)
        {
            _items.Add(item);
        }
    }

    /// <summary>Executes until nothing is left to execute, and says how many items that were.</summary>
    public int RunUntilIdle()
    {
        var outer = SynchronizationContext.Current;
        try
        {
            var count = 0;
            for (; TryTake(out var item); count++)
            {
                item.Execute();
                SynchronizationContext.SetSynchronizationContext(outer);
            }

            return count;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    private bool TryTake(out IThreadPoolWorkItem item)
    {
        lock (_lock)
        {
            if (_items.Count == 0)
            {
                item = null!;
                return false;
            }

            var index = random?.Next(_items.Count) ?? 0;
            item = _items[index];
            _items.RemoveAt(index);
            return true;
        }
    }

    private sealed class SchedulerContext(DeterministicTurnScheduler scheduler) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) =>
            scheduler.Schedule(new Posted(this, d, state));

        public override SynchronizationContext CreateCopy() => this;
    }

    private sealed class Posted(SynchronizationContext context, SendOrPostCallback callback, object? state)
        : IThreadPoolWorkItem
    {
        public void Execute()
        {
            SynchronizationContext.SetSynchronizationContext(context);
            callback(state);
        }
    }
}
