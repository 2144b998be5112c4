using System.Collections.Concurrent;
using Sluice.Actors.Activations;
using Sluice.Actors.Hosting;

namespace Sluice.Actors.Turns;

/// <summary>
/// Moves the coarse clock and gives up calls whose deadline passed. One timer for everything: only activations that
/// have had work since the last sweep are looked at, and a busy one is looked through only when its earliest deadline
/// has come.
/// </summary>
internal sealed class Sweeper(ActorHost host) : IThreadPoolWorkItem, IDisposable
{
    private readonly ConcurrentQueue<Activation> _watched = new();
    private ITimer? _timer;
    private int _scheduled;

    internal void Start()
    {
        using (ExecutionContext.SuppressFlow())
        {
            _timer = host.Time.CreateTimer(
                sweeper => ((Sweeper)sweeper!).Tick(), this, host.Clock.Period, host.Clock.Period);
        }
    }

    /// <summary>The activation has work. It stays watched until a sweep finds it without.</summary>
    internal void Watch(Activation activation) => _watched.Enqueue(activation);

    public void Dispose() => _timer?.Dispose();

    void IThreadPoolWorkItem.Execute()
    {
        Volatile.Write(ref _scheduled, 0);
        var now = host.Clock.Advance();
        host.Statistics.Roll();
        host.SweepTransport(now);
        for (var count = _watched.Count; count > 0 && _watched.TryDequeue(out var activation); count--)
        {
            if (activation.Sweep(now))
            {
                _watched.Enqueue(activation);
            }
        }
    }

    private void Tick()
    {
        if (Interlocked.Exchange(ref _scheduled, 1) == 0)
        {
            host.Scheduler.Schedule(this);
        }
    }
}
