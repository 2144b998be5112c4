using Sluice.Actors.Activations;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Calls;

/// <summary>Finds calls that would wait for themselves.</summary>
/// <remarks>
/// Only a grain's call to a busy activation comes here, one at a time: such a call is the only one that can close a
/// cycle, and of two that close it together the second sees the first. Every other arrow (a request and the calls it
/// waits for) was in place before. One activation is locked at a time; edges towards a caller that is busy asking
/// cannot vanish meanwhile, so no cycle is seen that is not there. A request is taken to wait for every call it has
/// made: fire-and-forget to a grain that waits for the caller must be one-way.
/// </remarks>
internal sealed class WaitGraph
{
    private readonly Lock _lock = new();

    /// <summary>Enqueues the call, or says which chain it would close.</summary>
    internal Enqueued Enqueue(GrainCall call, Activation target, out InvalidOperationException? deadlock)
    {
        lock (_lock)
        {
            deadlock = Find(call, target);
            return deadlock is null ? target.TryEnqueue(call, checkedForDeadlock: true) : Enqueued.Accepted;
        }
    }

    private static InvalidOperationException? Find(GrainCall call, Activation target)
    {
        var caller = call.Caller!;
        var path = new List<(WorkItem By, GrainCall? Next)>();
        return Reaches(call, target, caller, path, [])
            ? new InvalidOperationException(Describe(call, caller, path))
            : null;
    }

    private static bool Reaches(
        GrainCall call, Activation target, WorkItem caller, List<(WorkItem By, GrainCall? Next)> path,
        HashSet<WorkItem> seen)
    {
        var blockers = new List<(WorkItem By, GrainCall? Next)>();
        target.CollectBlockers(call, blockers);
        foreach (var blocker in blockers)
        {
            path.Add(blocker);
            if (ReferenceEquals(blocker.By, caller))
            {
                return true;
            }

            if (blocker.Next is { Activation: { } next } onward && seen.Add(onward)
                && Reaches(onward, next, caller, path, seen))
            {
                return true;
            }

            path.RemoveAt(path.Count - 1);
        }

        return false;
    }

    // "Deadlock: a/1.Foo → b/1.Bar → a/1.Foo": each calls the next; where one waits behind another, that is said.
    private static string Describe(GrainCall call, WorkItem caller, List<(WorkItem By, GrainCall? Next)> path)
    {
        var text = $"Deadlock: {path[0].By.Name}";
        for (var i = 0; i < path.Count - 1; i++)
        {
            text += $" → {path[i].Next!.Name}";
            text += ReferenceEquals(path[i].Next, path[i + 1].By) ? "" : $", which waits for {path[i + 1].By.Name}";
        }

        return $"{text} → {call.Name}, which waits for {path[0].By.Name}. "
            + (ReferenceEquals(path[0].By, caller) ? "A grain that calls itself needs" : "One of these needs")
            + " [AlwaysInterleave] or [Reentrant], or the call must not be waited for ([OneWay]).";
    }
}
