using Sluice.Actors.Hosting;

namespace Sluice.Cluster.Engine;

/// <summary>
/// Runs turns until the test lets it hang. Then the process of that silo still takes connections, and does nothing.
/// </summary>
internal sealed class HangingScheduler : ITurnScheduler
{
    private readonly ThreadPoolTurnScheduler _pool = new();
    private readonly Lock _lock = new();
    private readonly List<IThreadPoolWorkItem> _held = [];
    private bool _hangs;

    public void Schedule(IThreadPoolWorkItem turn)
    {
        lock (_lock)
        {
            if (_hangs)
            {
                _held.Add(turn);
                return;
            }
        }

        _pool.Schedule(turn);
    }

    internal void Hang()
    {
        lock (_lock)
        {
            _hangs = true;
        }
    }

    internal void GoOn()
    {
        lock (_lock)
        {
            _hangs = false;
        }

        _held.ForEach(_pool.Schedule);
    }
}
