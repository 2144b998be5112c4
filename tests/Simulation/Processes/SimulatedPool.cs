using Sluice.Edge.Calls;
using Sluice.Edge.Pools;
using Sluice.Edge.Usage;
using Sluice.Simulation.Judging;
using Sluice.Simulation.Kernel;

namespace Sluice.Simulation.Processes;

/// <summary>
/// The pool: it works on what it is sent for as long as the call says, or until its edge gives the call up or is gone.
/// What it sees is what the judge believes.
/// </summary>
internal sealed class SimulatedPool(SimulatedWorld world, Judge judge)
{
    private readonly List<PoolWork> _working = [];

    internal int Working => _working.Count;

    /// <summary>A call goes out. It arrives a little later, if its edge is still there.</summary>
    internal PoolWork Send(SimulatedProcess edge, CallRecord call, TimeSpan length, TokenUsage use)
    {
        var work = new PoolWork(this, edge, call);
        world.Plan(Latency(), () =>
        {
            if (edge.IsDead || work.IsGivenUp)
            {
                work.End();
                return;
            }

            _working.Add(work);
            world.Trace.Note("pool", $"begins {call}");
            judge.Began(call);
            world.Plan(length, () =>
            {
                work.Told = work.IsGivenUp ? work.Told : use;
                End(work);
            });
        });
        return work;
    }

    /// <summary>Its connections are closed; whatever works for it stops.</summary>
    internal void EdgeIsGone(SimulatedProcess edge)
    {
        foreach (var work in _working.Where(work => work.Edge == edge).ToList())
        {
            world.Plan(Latency(), () => End(work));
        }
    }

    /// <summary>The edge has closed its side: the pool notices, and stops when it can.</summary>
    internal void GiveUp(PoolWork work) =>
        world.Plan(TimeSpan.FromMilliseconds(world.Random.Next(1, 200)), () => End(work));

    private void End(PoolWork work)
    {
        if (_working.Remove(work))
        {
            world.Trace.Note("pool", $"ends {work.Call}");
            judge.Ended(work.Call);
            work.End();
        }
    }

    private TimeSpan Latency() => TimeSpan.FromTicks(world.Draw(
        TimeSpan.FromMilliseconds(0.3), TimeSpan.FromMilliseconds(20), oneIn: 200));
}

/// <summary>One call at the pool, as its edge sees it.</summary>
internal sealed class PoolWork(SimulatedPool pool, SimulatedProcess edge, CallRecord call) : IPoolConnection
{
    private readonly TaskCompletionSource _answered = new();
    private readonly TaskCompletionSource _closed = new();

    internal SimulatedProcess Edge => edge;

    internal CallRecord Call => call;

    internal bool IsGivenUp { get; private set; }

    /// <summary>What it used, told with the end of its answer; null while nobody has told.</summary>
    internal TokenUsage? Told { get; set; }

    /// <summary>Over for the edge's client: the answer is there, or nobody waits for it.</summary>
    internal Task Answered => _answered.Task;

    /// <summary>The pool has closed its side.</summary>
    internal Task Closed => _closed.Task;

    /// <summary>The client has hung up.</summary>
    internal void GiveUp()
    {
        IsGivenUp = true;
        pool.GiveUp(this);
        edge.Call(() => _answered.TrySetResult());
    }

    /// <summary>The edge ends the call.</summary>
    public void Dispose()
    {
        if (!IsGivenUp)
        {
            GiveUp();
        }
    }

    public void StopCall(ModelCall stopped) => Dispose();

    public void EndCall(ModelCall ended)
    {
        // Its connection works for no other call.
    }

    internal void End() => edge.Call(() =>
    {
        _answered.TrySetResult();
        _closed.TrySetResult();
    });
}
