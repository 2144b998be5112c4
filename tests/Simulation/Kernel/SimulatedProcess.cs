using Sluice.Actors.Hosting;

namespace Sluice.Simulation.Kernel;

/// <summary>
/// One process of the simulated cluster: a clock, and work that is ready to run. It can stand still, as a stopped or
/// starved one does, and it can be gone from one step to the next.
/// </summary>
internal sealed class SimulatedProcess : ITurnScheduler
{
    private readonly List<Work> _ready = [];
    private readonly List<SimulatedTimer> _missed = [];
    private readonly ProcessContext _context;

    internal SimulatedProcess(SimulatedWorld world, string name, long number, int driftPpm)
    {
        (World, Name, Number) = (world, name, number);
        Time = new SimulatedTime(this, driftPpm);
        _context = new ProcessContext(this);
    }

    internal SimulatedWorld World { get; }

    internal string Name { get; }

    internal long Number { get; }

    internal SimulatedTime Time { get; }

    internal bool IsDead { get; private set; }

    internal bool IsPaused { get; private set; }

    /// <summary>When it last went on after it stood still; far in the past when it never did.</summary>
    internal long ResumedAt { get; private set; } = long.MinValue / 2;

    /// <summary>Its place among those that have work; below zero when it has none, or cannot run.</summary>
    internal int ReadyIndex { get; set; } = -1;

    /// <summary>Runs as soon as the seed says, and goes on after each await when the seed says.</summary>
    internal void Begin(Func<Task> work) => Add(new Work(Kind.Begin, work, null));

    /// <summary>Runs outside of any context, as the kernel calls a process: for timers, and for what arrives.</summary>
    internal void Call(Action action) => Add(new Work(Kind.Call, action, null));

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem item) => Add(new Work(Kind.Item, item, null));

    internal void Post(SendOrPostCallback callback, object? state) => Add(new Work(Kind.Post, callback, state));

    internal void Fire(SimulatedTimer timer)
    {
        if (IsPaused)
        {
            _missed.Add(timer);
        }
        else
        {
            Add(new Work(Kind.Timer, timer, null));
        }
    }

    internal void Pause()
    {
        IsPaused = true;
        World.NotReady(this);
    }

    /// <summary>Timers that were due meanwhile are due now, each once.</summary>
    internal void Resume()
    {
        if (!IsPaused || IsDead)
        {
            return;
        }

        IsPaused = false;
        ResumedAt = World.Now;
        if (_ready.Count > 0)
        {
            World.Ready(this);
        }

        _missed.ForEach(timer => Add(new Work(Kind.Timer, timer, null)));
        _missed.Clear();
    }

    /// <summary>Nothing of it ever runs again, and nobody in it is told.</summary>
    internal void Kill()
    {
        IsDead = true;
        World.NotReady(this);
        _ready.Clear();
        _missed.Clear();
    }

    /// <summary>One piece of ready work, which the seed picks.</summary>
    internal void RunOne(Random random)
    {
        var index = random.Next(_ready.Count);
        var work = _ready[index];
        _ready[index] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        if (_ready.Count == 0)
        {
            World.NotReady(this);
        }

        Run(work);
    }

    private void Run(Work work)
    {
        if (work.Kind is Kind.Begin or Kind.Item or Kind.Post or Kind.Timer)
        {
            SynchronizationContext.SetSynchronizationContext(_context);
        }

        switch (work.Kind)
        {
            case Kind.Begin:
                _ = Watch((Func<Task>)work.What);
                break;
            case Kind.Item:
                ((IThreadPoolWorkItem)work.What).Execute();
                break;
            case Kind.Post:
                ((SendOrPostCallback)work.What)(work.State);
                break;
            case Kind.Timer:
                ((SimulatedTimer)work.What).Run();
                break;
            default:
                ((Action)work.What)();
                break;
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
            World.Break($"{Name} failed with an error that nobody caught: {e}");
        }
    }

    private void Add(Work work)
    {
        // What is left of a dead one may be collected as garbage on any thread.
        if (IsDead || !World.IsOnItsThread())
        {
            return;
        }

        _ready.Add(work);
        if (_ready.Count == 1 && !IsPaused)
        {
            World.Ready(this);
        }
    }

    public override string ToString() => Name;

    private enum Kind : byte
    {
        Begin,
        Item,
        Post,
        Timer,
        Call,
    }

    private readonly record struct Work(Kind Kind, object What, object? State);

    /// <summary>Brings what was awaited in a process back to it.</summary>
    private sealed class ProcessContext(SimulatedProcess process) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => process.Post(d, state);

        public override void Send(SendOrPostCallback d, object? state) =>
            throw new NotSupportedException("Nobody waits on the only thread there is.");

        public override SynchronizationContext CreateCopy() => this;
    }
}
