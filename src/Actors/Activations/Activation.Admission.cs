using Sluice.Actors.Calls;
using Sluice.Actors.Introspection;
using Sluice.Actors.Timers;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Activations;

/// <summary>Admission: which of those who wait may run beside those who run. All of it under the lock.</summary>
internal sealed partial class Activation
{
    private bool TryTakeTurn(out PostedTurn posted, out WorkItem? item)
    {
        item = null;
        if (_posted.TryDequeue(out posted))
        {
            return true;
        }

        item = NextItem();
        if (item is null)
        {
            return false;
        }

        item.State = WorkState.Running;
        item.Activation = this;
        item.Context = new TurnContext(this, item);
        _running.Add(item);
        CountRunning(item, 1);
        return true;
    }

    private WorkItem? NextItem()
    {
        switch (_state)
        {
            case ActivationState.Created when _waiting.Count > 0:
                _state = ActivationState.Activating;
                return new BeginItem(this);
            case ActivationState.Active or ActivationState.Created when MayEnd():
                _state = ActivationState.Deactivating;
                return new EndItem(this, _ending!.Value);
            case ActivationState.Active when FirstToRun() is { } item:
                RemoveWaiting(item);
                _servedAny |= item is not LookItem;
                if (item is not (GrainTimer { KeepsAlive: false } or LookItem))
                {
                    Touch();
                }

                return item;
            default:
                return null;
        }
    }

    private WorkItem? FirstToRun()
    {
        var first = _waiting.First;
        if (first is null || MayRun(first))
        {
            return first;
        }

        if (_waitingAlways > 0 || (_waitingReadOnly > 0 && _runningReadOnly > 0))
        {
            for (var item = first.Next; item is not null; item = item.Next)
            {
                if (MayRun(item))
                {
                    return item;
                }
            }
        }

        return null;
    }

    private bool MayRun(WorkItem item)
    {
        var fits = item.Interleaving switch
        {
            Interleaving.Always => true,
            Interleaving.ReadOnly => _runningExclusive == 0,
            _ => _runningExclusive == 0 && _runningReadOnly == 0,
        };

        // When the activation is to end, only what the running requests may be waiting for is let in.
        return fits && (!MustEndSoon || (_running.Count > 0 && item.Interleaving is not Interleaving.None));
    }

    private bool MustWaitForRunning(GrainCall call)
    {
        call.Activation = this; // Interleaving depends on the class.
        return _running.Count > 0 && (_state is not ActivationState.Active || !MayRun(call));
    }

    private void RemoveWaiting(WorkItem item)
    {
        _waiting.Remove(item);
        CountWaiting(item, -1);
        if (item.Received)
        {
            Host.RemoteWaiting.Remove();
        }
    }

    private void RemoveRunning(WorkItem item)
    {
        _running.Remove(item);
        CountRunning(item, -1);
        item.State = WorkState.Done;
        item.Context!.Request = null;
        if (item.Outgoing is { Count: > 0 } outgoing)
        {
            // It ended without waiting for these; nobody is held up by them any more.
            foreach (var call in outgoing)
            {
                call.Caller = null;
            }

            outgoing.Clear();
        }
    }

    private void CountWaiting(WorkItem item, int by)
    {
        if (item.Received)
        {
            _waitingRemote += by;
        }

        switch (item.Interleaving)
        {
            case Interleaving.Always:
                _waitingAlways += by;
                break;
            case Interleaving.ReadOnly:
                _waitingReadOnly += by;
                break;
        }
    }

    private void CountRunning(WorkItem item, int by)
    {
        switch (item.Interleaving)
        {
            case Interleaving.None:
                _runningExclusive += by;
                break;
            case Interleaving.ReadOnly:
                _runningReadOnly += by;
                break;
        }
    }
}
