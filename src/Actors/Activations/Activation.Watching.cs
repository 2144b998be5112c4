using Sluice.Actors.Calls;
using Sluice.Actors.Hosting;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Activations;

/// <summary>What others may see of an activation from outside: deadlines, the wait graph, people.</summary>
internal sealed partial class Activation
{
    /// <summary>Gives up what nobody waits for any more; false when nothing is left to watch.</summary>
    internal bool Sweep(long now)
    {
        List<(WorkItem Item, TimeoutException Failure, bool WasWaiting)>? expired = null;
        lock (_lock)
        {
            if (_waiting.Count + _running.Count == 0)
            {
                _nextDeadline = long.MaxValue;
                return _watched = false;
            }

            if (now < _nextDeadline)
            {
                return true;
            }

            _nextDeadline = long.MaxValue;
            var before = 0;
            for (var item = _waiting.First; item is not null; before++)
            {
                var next = item.Next;
                if (item.Deadline <= now)
                {
                    (expired ??= []).Add((item, TimedOut((GrainCall)item, before), true));
                    RemoveWaiting(item);
                    item.State = WorkState.Done;
                }

                _nextDeadline = Math.Min(_nextDeadline, item.Deadline <= now ? long.MaxValue : item.Deadline);
                item = next;
            }

            for (var item = _running.First; item is not null; item = item.Next)
            {
                if (item.Deadline > now)
                {
                    _nextDeadline = Math.Min(_nextDeadline, item.Deadline);
                    continue;
                }

                item.Deadline = long.MaxValue;
                if (item is LifecycleItem)
                {
                    (expired ??= []).Add((item, new TimeoutException(), false));
                }
                else if (item is GrainCall call && call.TryClaim())
                {
                    (expired ??= []).Add((call, TimedOut(call, -1), false));
                }
            }
        }

        expired?.ForEach(Expire);
        return true;
    }

    internal TimeoutException DescribeTimeout(GrainCall call, int queuedBefore)
    {
        lock (_lock)
        {
            return TimedOut(call, queuedBefore);
        }
    }

    /// <summary>Calls that must be answered before the given call, or those running here, can go on.</summary>
    internal void CollectBlockers(GrainCall call, List<(WorkItem By, GrainCall? Next)> into)
    {
        lock (_lock)
        {
            if (call.State is WorkState.Running)
            {
                AddBlocker(call, into);
                return;
            }

            if (call.State is WorkState.Done)
            {
                return;
            }

            var endsFirst = MustEndSoon;
            for (var item = _running.First; item is not null; item = item.Next)
            {
                if (endsFirst || item.Interleaving is not Interleaving.Always)
                {
                    AddBlocker(item, into);
                }
            }
        }
    }

    internal ActivationInfo Describe()
    {
        lock (_lock)
        {
            return new ActivationInfo(
                GrainId, Class.Type, _state.ToString(), _waiting.Count, _running.First?.Name,
                Host.Clock.At(LastUsed), Host.Clock.At(Created));
        }
    }

    internal int WaitingCount => _waiting.Count;

    /// <summary>At the end of a stop's patience: every caller is told, and what runs is left behind.</summary>
    internal void Abandon(Exception failure)
    {
        Die(failure);
        var running = new List<GrainCall>();
        lock (_lock)
        {
            for (var item = _running.First; item is not null; item = item.Next)
            {
                if (item is GrainCall call && call.TryClaim())
                {
                    running.Add(call);
                }
            }
        }

        running.ForEach(call => call.AnswerFailure(failure));
    }

    private static void AddBlocker(WorkItem item, List<(WorkItem By, GrainCall? Next)> into)
    {
        if (item.Outgoing is not { Count: > 0 } outgoing)
        {
            into.Add((item, null));
            return;
        }

        foreach (var call in outgoing)
        {
            into.Add((item, call));
        }
    }

    private static void Expire((WorkItem Item, TimeoutException Failure, bool WasWaiting) expired)
    {
        switch (expired.Item)
        {
            case LifecycleItem lifecycle:
                lifecycle.Hurry();
                break;
            case GrainCall call when expired.WasWaiting:
                call.Fail(expired.Failure);
                break;
            case GrainCall call:
                call.AnswerFailure(expired.Failure);
                break;
        }
    }

    private TimeoutException TimedOut(GrainCall call, int queuedBefore)
    {
        var limit = call.Method.Timeout ?? Host.Options.ResponseTimeout;
        var why = queuedBefore < 0
            ? $"it was still running, with {_waiting.Count} requests waiting behind it"
            : $"it had not begun: {queuedBefore} requests waited before it"
                + (_running.First is { } running ? $", behind {running.Name}, which was running" : "");
        return new TimeoutException($"{call.Name} gave no answer within {limit}: {why}.");
    }
}
