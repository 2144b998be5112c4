using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Actors.Calls;
using Sluice.Actors.Introspection;
using Sluice.Actors.Migration;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Activations;

/// <summary>How far the life of an activation is.</summary>
internal enum ActivationState : byte
{
    /// <summary>Nothing has been built: the first request does that.</summary>
    Created,
    Activating,
    Active,
    Deactivating,
    Dead,
}

/// <summary>Begin and end of an activation.</summary>
internal sealed partial class Activation
{
    private ActivationState _state;
    private DeactivationReason? _ending;
    private CancellationToken _endingSoon;
    private bool _draining;
    private bool _servedAny;

    /// <summary>
    /// Waiting requests are left to the next activation. One that has served nobody serves one first: a grain that
    /// asks for its end whenever it begins would otherwise pass its callers on for ever.
    /// </summary>
    private bool MustEndSoon => _ending is not null && !_draining && _servedAny;

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default) =>
        End(deactivationReason, draining: false, cancellationToken);

    /// <summary>Ends the activation when nothing waits or runs any more.</summary>
    internal void Drain(DeactivationReason reason) => End(reason, draining: true, default);

    /// <summary>Ends the activation if it has been idle for its age.</summary>
    internal void EndIfIdle(long now)
    {
        if (Class.CollectionAge == TimeSpan.MaxValue
            || now - LastUsed < Host.Clock.Length(Class.CollectionAge)
            || now < Volatile.Read(ref _keepUntil))
        {
            return;
        }

        lock (_lock)
        {
            if (_state is not ActivationState.Active || HasUse(_waiting) || HasUse(_running))
            {
                return;
            }
        }

        // A request that arrives from here on is served by the next activation.
        Deactivate(new DeactivationReason(
            DeactivationReasonCode.ActivationIdle, $"Idle for at least {Class.CollectionAge}."));
    }

    internal void AddOutgoing(GrainCall call, WorkItem caller)
    {
        lock (_lock)
        {
            if (caller.State is WorkState.Running)
            {
                call.Caller = caller;
                (caller.Outgoing ??= []).Add(call);
            }
        }
    }

    internal void RemoveOutgoing(GrainCall call)
    {
        lock (_lock)
        {
            call.Caller?.Outgoing?.Remove(call);
            call.Caller = null;
        }
    }

    /// <summary>Builds the grain, reads its states, lets it prepare itself.</summary>
    internal async Task Begin(CancellationToken cancellation)
    {
        // What the activation before this one left is fetched first: fetching ends it, if it is still alive elsewhere.
        var left = _beginningWith = Host.Moving is { } moving ? await FetchAsync(moving) : null;
        _scope = Host.Services.GetService<IServiceScopeFactory>()?.CreateAsyncScope();
        GrainInstance = Construct();
        foreach (var state in _states)
        {
            await state.Read(cancellation);
        }

        if (left is not null && GrainInstance is IGrainMigrationParticipant participant)
        {
            _beganWith = left.PackedAt;
            participant.OnRehydrate(new ParcelContext(left));
        }

        await ((IGrainBase)GrainInstance).OnActivateAsync(cancellation);
    }

    internal void Begun(Exception? failure)
    {
        if (failure is LivesElsewhereException)
        {
            Die(null, elsewhere: true);
            return;
        }

        if (failure is not null)
        {
            Host.LogActivationFailed(GrainId, failure);
            if (_beginningWith is { } left && IsTroubleElsewhere(failure))
            {
                Host.Moving!.PutBack(left);
            }

            _ = Discard();
            Die(failure);
            return;
        }

        bool schedule;
        lock (_lock)
        {
            if (_state is ActivationState.Dead)
            {
                return; // Abandoned meanwhile.
            }

            _state = ActivationState.Active;
            _beginningWith = null;
            schedule = !_scheduled;
            _scheduled = true;
        }

        if (schedule)
        {
            Host.Scheduler.Schedule(this);
        }
    }

    /// <summary>
    /// The grain could not reach what it needs, so another try may do better with the same. What it cannot begin with,
    /// whatever it reaches, must not be kept, or it would never begin.
    /// </summary>
    private static bool IsTroubleElsewhere(Exception failure) =>
        failure is TimeoutException or OrleansMessageRejectionException or DbException or IOException;

    /// <summary>Lets the grain tidy up, then disposes what was built for it.</summary>
    internal async Task Close(DeactivationReason reason, CancellationToken cancellation)
    {
        StopTimers();
        if (GrainInstance is IGrainBase grain)
        {
            try
            {
                await grain.OnDeactivateAsync(reason, cancellation);
            }
            catch (Exception e)
            {
                Host.LogDeactivationFailed(GrainId, e);
            }

            Leave(reason);
        }

        await Discard();
    }

    internal CancellationToken EndingSoon => _endingSoon;

    /// <summary>
    /// Leaves the catalog. Who waits fails with the activation, or goes to the next one in the same order.
    /// </summary>
    internal void Die(Exception? failure, bool elsewhere = false)
    {
        var calls = new List<GrainCall>();
        List<LookItem>? looks = null;
        Activation? successor = null;
        lock (_lock)
        {
            _state = ActivationState.Dead;
            while (_waiting.First is { } item)
            {
                RemoveWaiting(item);
                item.State = WorkState.Done;
                if (item is GrainCall call)
                {
                    calls.Add(call);
                }
                else if (item is LookItem look)
                {
                    (looks ??= []).Add(look);
                }
            }

            // Under this lock, so that a call that finds this activation dead finds the next one, behind these.
            successor = failure is null && !elsewhere && calls.Count > 0 ? Host.Catalog.Succeed(this, calls) : null;
            if (successor is null)
            {
                Host.Catalog.Remove(this);
            }
        }

        StopTimers();
        looks?.ForEach(look => look.GiveUp("It was deactivated before its state was read."));
        if (failure is not null)
        {
            calls.ForEach(call => call.Fail(failure));
        }
        else if (elsewhere)
        {
            calls.ForEach(Host.SendElsewhere);
        }

        if (successor is not null)
        {
            Host.Scheduler.Schedule(successor);
        }

        _deactivated.TrySetResult();
    }

    /// <summary>Takes over waiting calls, before anybody can find this activation. The caller schedules it.</summary>
    internal void Inherit(List<GrainCall> calls)
    {
        lock (_lock)
        {
            foreach (var call in calls)
            {
                if (call.Received)
                {
                    Host.RemoteWaiting.Keep();
                }

                Append(call);
            }

            _scheduled = true;
        }
    }

    private object Construct()
    {
        IRunningGrain.UnderConstruction = this;
        try
        {
            return Class.Construct(ActivationServices, this);
        }
        finally
        {
            IRunningGrain.UnderConstruction = null;
        }
    }

    // A timer that does not keep alive may be due at any moment, and is no use.
    private static bool HasUse(WorkList items)
    {
        var item = items.First;
        while (item is Timers.GrainTimer { KeepsAlive: false })
        {
            item = item.Next;
        }

        return item is not null;
    }

    private bool MayEnd() =>
        _ending is not null && _running.Count == 0 && (_waiting.Count == 0 || (!_draining && _servedAny));

    private void End(DeactivationReason reason, bool draining, CancellationToken soon)
    {
        bool schedule;
        lock (_lock)
        {
            if (_state is ActivationState.Deactivating or ActivationState.Dead || (_ending is not null && !_draining))
            {
                return;
            }

            _ending ??= reason;
            _draining = draining;
            _endingSoon = soon;
            schedule = !_scheduled;
            _scheduled = true;
        }

        if (schedule)
        {
            Host.Scheduler.Schedule(this);
        }
    }

    private void StopTimers()
    {
        Timers.GrainTimer[] timers;
        lock (_lock)
        {
            timers = [.. _timers];
            _timers.Clear();
        }

        foreach (var timer in timers)
        {
            timer.Dispose();
        }
    }

    private async Task Discard()
    {
        try
        {
            switch (GrainInstance)
            {
                case IAsyncDisposable disposable:
                    await disposable.DisposeAsync();
                    break;
                case IDisposable disposable:
                    disposable.Dispose();
                    break;
            }

            if (_scope is { } scope)
            {
                await scope.DisposeAsync();
            }
        }
        catch (Exception e)
        {
            Host.LogDeactivationFailed(GrainId, e);
        }
    }
}
