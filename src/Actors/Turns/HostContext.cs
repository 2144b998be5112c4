using Sluice.Actors.Hosting;

namespace Sluice.Actors.Turns;

/// <summary>Runs the host's own asynchronous work on the turn scheduler, one step at a time, in order.</summary>
internal sealed class HostContext(ITurnScheduler scheduler, Action<Exception> failed)
    : SynchronizationContext, IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = new();
    private bool _scheduled;

    /// <summary>Begins asynchronous work here.</summary>
    internal void Begin(Func<Task> work) => Post(
        static state =>
        {
            var (self, begin) = ((HostContext, Func<Task>))state!;
            _ = self.Watch(begin);
        },
        (this, work));

    public override void Post(SendOrPostCallback d, object? state)
    {
        bool schedule;
        lock (_lock)
        {
            _posted.Enqueue((d, state));
            schedule = !_scheduled;
            _scheduled = true;
        }

        if (schedule)
        {
            scheduler.Schedule(this);
        }
    }

    public override SynchronizationContext CreateCopy() => this;

    void IThreadPoolWorkItem.Execute()
    {
        var outer = Current;
        SetSynchronizationContext(this);
        (SendOrPostCallback Callback, object? State) next;
        while (TryTake(out next))
        {
            next.Callback(next.State);
            CleanContext.Restore();
        }

        SetSynchronizationContext(outer);
    }

    private bool TryTake(out (SendOrPostCallback Callback, object? State) next)
    {
        lock (_lock)
        {
            return _scheduled = _posted.TryDequeue(out next);
        }
    }

    private async Task Watch(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e)
        {
            failed(e);
        }
    }
}
