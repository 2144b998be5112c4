using Microsoft.Extensions.DependencyInjection;
using Sluice.Actors.Hosting;
using Sluice.Actors.Storage;
using Sluice.Actors.Timers;

namespace Sluice.Actors.Activations;

/// <summary>
/// The life of one grain in memory. This file: what it is and what its grain may ask of it. The mailbox, which runs
/// one turn at a time, is in Activation.Mailbox.cs; begin and end are in Activation.Lifecycle.cs.
/// </summary>
internal sealed partial class Activation : IRunningGrain
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<IStoredState> _states = [];
    private readonly List<GrainTimer> _timers = [];
    private AsyncServiceScope? _scope;
    private long _lastUsed;
    private long _keepUntil;

    internal Activation(ActorHost host, GrainClass grainClass, GrainId id, long number)
    {
        Host = host;
        Class = grainClass;
        GrainId = id;
        Number = number;
        _lastUsed = host.Clock.Now;
        Created = _lastUsed;
    }

    internal ActorHost Host { get; }

    internal GrainClass Class { get; }

    /// <summary>Counts activations in the order they were made, so that lists of them have an order.</summary>
    internal long Number { get; }

    /// <summary>The tick of the coarse clock at which it was made.</summary>
    internal long Created { get; }

    internal long LastUsed => Volatile.Read(ref _lastUsed);

    public GrainId GrainId { get; }

    public object? GrainInstance { get; private set; }

    public IServiceProvider ActivationServices => _scope?.ServiceProvider ?? Host.Services;

    public Task Deactivated => _deactivated.Task;

    public IGrainFactory GrainFactory => Host.GrainFactory;

    public void DelayDeactivation(TimeSpan timeSpan) => Volatile.Write(
        ref _keepUntil,
        timeSpan == Timeout.InfiniteTimeSpan ? long.MaxValue : timeSpan <= TimeSpan.Zero ? 0
            : Host.Clock.After(timeSpan));

    public IGrainTimer RegisterTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        var timer = new GrainTimer(this, callback, options);
        bool alive;
        lock (_lock)
        {
            alive = _state is not ActivationState.Dead;
            if (alive)
            {
                _timers.Add(timer);
            }
        }

        if (alive)
        {
            timer.Begin();
        }
        else
        {
            timer.Dispose();
        }

        return timer;
    }

    internal void Forget(GrainTimer timer)
    {
        lock (_lock)
        {
            _timers.Remove(timer);
        }
    }

    internal void Add(IStoredState state) => _states.Add(state);

    internal void Touch() => Volatile.Write(ref _lastUsed, Host.Clock.Now);

    /// <summary>
    /// An error that says the state in memory is stale ends the activation that wrote, and only that one.
    /// </summary>
    internal void Notice(Exception? failure)
    {
        if (failure is InconsistentStateException { IsSourceActivation: true } inconsistent)
        {
            inconsistent.IsSourceActivation = false;
            Deactivate(new DeactivationReason(
                DeactivationReasonCode.ApplicationError, inconsistent, "The stored state is not the one in memory."));
        }
    }

    public Task<IGrainReminder> RegisterOrUpdateReminder(string name, TimeSpan dueTime, TimeSpan period) =>
        Host.Reminders.RegisterOrUpdate(this, name, dueTime, period);

    public Task UnregisterReminder(IGrainReminder reminder) => Host.Reminders.Unregister(this, reminder);

    public Task<IGrainReminder?> GetReminder(string name) => Host.Reminders.Get(this, name);

    public Task<List<IGrainReminder>> GetReminders() => Host.Reminders.GetAll(this);

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => Number.GetHashCode();

    public override string ToString() => GrainId.ToString();
}
