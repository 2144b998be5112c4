using Sluice.Actors.Migration;

namespace Sluice.Actors.Hosting;

/// <summary>Start and stop.</summary>
public sealed partial class ActorHost
{
    internal static readonly DeactivationReason ShuttingDown =
        new(DeactivationReasonCode.ShuttingDown, "The silo is stopping.");

    private static readonly TimeSpan ProgressPeriod = TimeSpan.FromSeconds(5);

    /// <summary>True when everything has ended, false when there is no more time.</summary>
    private readonly TaskCompletionSource<bool> _emptied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private GrainModel? _model;
    private ITimer? _collector;
    private volatile bool _accepting;
    private volatile bool _carrying;
    private volatile bool _stopping;
    private volatile bool _stopped;

    internal bool IsStopping => _stopping;

    /// <summary>Checks everything and begins to take calls.</summary>
    /// <exception cref="ActorConfigurationException">Something is wrong; the message names all of it.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_model is not null)
        {
            throw new InvalidOperationException("An actor host is started once.");
        }

        _model = GrainModel.Build(Parts, Options);
        Sweeper.Start();
        using (ExecutionContext.SuppressFlow())
        {
            _collector = Time.CreateTimer(
                host => ((ActorHost)host!).Work.Begin(((ActorHost)host!).CollectIdle), this, Options.CollectionQuantum,
                Options.CollectionQuantum);
        }

        if (_hosted is not null)
        {
            Moving = _model.Count > 0 ? new MovingGrains(this) : null;
            await _hosted.StartAsync(this, cancellationToken);
            _carrying = true;
        }

        Reminders.Start();
        _accepting = true;
        LogStarted(_model.Count);
    }

    /// <summary>
    /// Takes no more calls from outside of grains, lets the running and waiting ones end, then ends all activations.
    /// What has not ended after the stop time-out, or when the token says so, is left behind; its callers are told.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _accepting = false;
        if (_model is null || _stopping)
        {
            return;
        }

        _stopping = true;
        Reminders.Dispose();
        if (_collector is not null)
        {
            await _collector.DisposeAsync();
        }

        if (_hosted is not null)
        {
            await _hosted.BeginStopAsync();
        }

        LogStopping(Catalog.Count);
        using var progress = Time.CreateTimer(_ => LogStopping(Catalog.Count), null, ProgressPeriod, ProgressPeriod);
        foreach (var activation in Catalog.All())
        {
            activation.Drain(ShuttingDown);
        }

        if (Catalog.Count > 0)
        {
            await WaitUntilEmpty(cancellationToken);
        }

        if (Moving is not null)
        {
            Moving.GiveUpStrays(); // Whoever tells of views may not have told yet that nothing lives here any more.
            await Moving.SendAllAsync();
        }

        _stopped = true;
        if (Moving is not null)
        {
            await Moving.SendAllAsync(); // What others sent here meanwhile, because they did not know yet.
        }

        if (_hosted is not null)
        {
            await _hosted.StopAsync(cancellationToken);
        }

        Sweeper.Dispose();
        LogStopped();
    }

    /// <summary>Stops without patience what was not stopped before.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        Metrics.Dispose();
    }

    internal void CatalogEmptied()
    {
        if (_stopping)
        {
            _emptied.TrySetResult(true);
        }
    }

    private async Task WaitUntilEmpty(CancellationToken cancellation)
    {
        using var patience = Time.CreateTimer(
            _ => _emptied.TrySetResult(false), null, Options.StopTimeout, Timeout.InfiniteTimeSpan);
        using var hurry = cancellation.UnsafeRegister(_ => _emptied.TrySetResult(false), null);
        if (await _emptied.Task)
        {
            return;
        }

        _stopped = true;
        foreach (var activation in Catalog.All())
        {
            var left = activation.Describe();
            LogAbandoned(left.GrainId, left.Running);
            activation.Abandon(new SiloUnavailableException("The silo stopped before the call was over."));
        }
    }

    private Task CollectIdle()
    {
        var now = Clock.Advance();
        foreach (var activation in Catalog.All())
        {
            activation.EndIfIdle(now);
        }

        return Task.CompletedTask;
    }

    private Exception NotAccepting() => _stopping
        ? new SiloUnavailableException("The silo is stopping.")
        : new InvalidOperationException("The actor host has not been started: await StartAsync first.");
}
