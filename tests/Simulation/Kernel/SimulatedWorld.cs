using System.Globalization;

namespace Sluice.Simulation.Kernel;

/// <summary>
/// Time and order of one simulation: a queue of events in virtual time, and processes with work that is ready. Whatever
/// happens, happens on the thread that steps, and the seed decides what comes next.
/// </summary>
internal sealed class SimulatedWorld
{
    /// <summary>Work that is ready takes no time; so much of it at one moment goes round in a circle.</summary>
    private const int StepsAtOneMomentMax = 2_000_000;

    private readonly PriorityQueue<Action, (long Due, long Number)> _events = new();
    private readonly List<SimulatedProcess> _ready = [];
    private readonly Thread _thread = Thread.CurrentThread;
    private readonly ExecutionContext _clean = ExecutionContext.Capture()!;
    private long _planned;
    private long _processes;
    private int _stepsAtThisMoment;

    /// <param name="random">Decides on everything; nobody else may draw from it.</param>
    /// <param name="trace">Takes what happens.</param>
    internal SimulatedWorld(Random random, EventTrace trace)
    {
        Random = random;
        Trace = trace;
        trace.Clock = () => Now;
    }

    internal Random Random { get; }

    internal EventTrace Trace { get; }

    /// <summary>True time in ticks since the beginning. No process sees it; each has a clock of its own.</summary>
    internal long Now { get; private set; }

    /// <summary>Steps taken so far.</summary>
    internal long Steps { get; private set; }

    /// <summary>What ended the run: something that must never happen anywhere. Null when nothing did.</summary>
    internal string? Broken { get; private set; }

    internal SimulatedProcess NewProcess(string name, int driftPpm) =>
        new(this, name, ++_processes, driftPpm);

    /// <summary>Has something happen after that much true time.</summary>
    internal void Plan(long ticks, Action what) => _events.Enqueue(what, (Now + Math.Max(0, ticks), ++_planned));

    internal void Plan(TimeSpan after, Action what) => Plan(after.Ticks, what);

    /// <summary>
    /// One piece of ready work of one process, or, when nothing is ready, the next event. False when that one is later
    /// than <paramref name="until"/>: then it is that late.
    /// </summary>
    internal bool Step(long until)
    {
        Steps++;
        SynchronizationContext.SetSynchronizationContext(null); // Whoever steps may have one of its own.
        if (_ready.Count > 0)
        {
            if (++_stepsAtThisMoment > StepsAtOneMomentMax)
            {
                Break("Time stands still: work makes more work without end.");
            }

            RunReady();
            return true;
        }

        if (!_events.TryPeek(out _, out var next) || next.Due > until)
        {
            Now = until;
            return false;
        }

        _stepsAtThisMoment = 0;
        Now = next.Due;
        Trace.Step(0, Now);
        _events.Dequeue()();
        return true;
    }

    /// <summary>Something must never happen and did; the run ends here.</summary>
    internal void Break(string why) => Broken ??= why;

    internal void Ready(SimulatedProcess process)
    {
        process.ReadyIndex = _ready.Count;
        _ready.Add(process);
    }

    internal void NotReady(SimulatedProcess process)
    {
        if (process.ReadyIndex < 0)
        {
            return;
        }

        _ready[process.ReadyIndex] = _ready[^1];
        _ready[process.ReadyIndex].ReadyIndex = process.ReadyIndex;
        _ready.RemoveAt(_ready.Count - 1);
        process.ReadyIndex = -1;
    }

    /// <summary>
    /// False, and the end of the run, for work that got away to another thread: it comes back in an order that no seed
    /// decides.
    /// </summary>
    internal bool IsOnItsThread()
    {
        if (ReferenceEquals(Thread.CurrentThread, _thread))
        {
            return true;
        }

        Break($"Work got away to another thread:\n{Environment.StackTrace}");
        return false;
    }

    /// <summary>A number from zero to below one, multiplied; most are small, some are not.</summary>
    internal long Draw(TimeSpan usual, TimeSpan rare, int oneIn) => Random.Next(oneIn) == 0
        ? usual.Ticks + (long)(Random.NextDouble() * rare.Ticks)
        : (long)((0.1 + Random.NextDouble()) * usual.Ticks);

    internal TimeSpan Between(TimeSpan least, TimeSpan most) =>
        least + TimeSpan.FromTicks((long)(Random.NextDouble() * (most - least).Ticks));

    internal bool Chance(double probability) => Random.NextDouble() < probability;

    internal static string Text(long ticks) =>
        (ticks / (double)TimeSpan.TicksPerSecond).ToString("0.000000", CultureInfo.InvariantCulture);

    private void RunReady()
    {
        var process = _ready[Random.Next(_ready.Count)];
        Trace.Step(process.Number, Now);
        try
        {
            process.RunOne(Random);
        }
        catch (Exception e)
        {
            // On a thread of its own it would have ended the process.
            Break($"{process.Name} failed with an error that nobody caught: {e}");
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(null);
            ExecutionContext.Restore(_clean);
        }
    }
}
