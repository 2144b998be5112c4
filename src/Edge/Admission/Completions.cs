using Microsoft.Extensions.Options;
using Sluice.Edge.Calls;
using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge.Admission;

/// <summary>Tells clients' grains which calls ended, until they have heard it or the slot has expired anyway.</summary>
internal sealed partial class Completions : IHostedService
{
    private readonly IClusterClient _cluster;
    private readonly LiveCalls _live;
    private readonly ILogger _logger;
    private readonly UntoldCompletions _untold;
    private readonly TimeSpan _renewPeriod;
    private readonly TaskCompletionSource _allHeard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _unheard;
    private bool _stopping;

    // The silos decide on it and say it with every slot; until they do, their default.
    private long _slotTtlTicks = TimeSpan.FromSeconds(15).Ticks;

    public Completions(
        IClusterClient cluster,
        LiveCalls live,
        IOptions<EdgeOptions> options,
        TimeProvider time,
        ILogger<Completions> logger)
    {
        (_cluster, _live, _logger, _renewPeriod) = (cluster, live, logger, options.Value.RenewPeriod);
        _untold = new UntoldCompletions(cluster, time, logger, Settled);
    }

    /// <summary>
    /// Takes the end of a call; never waits. While the pool may still be at work on it, the call stays live and keeps
    /// its slot: otherwise its successor could meet it there.
    /// </summary>
    public void Post(ModelCall call)
    {
        Interlocked.Increment(ref _unheard);
        _ = CompleteAsync(call);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// An edge that stops tells of every call that ended, so that its clients do not wait for expiry.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _stopping, true); // A full fence: this sees the last end, or that sees the stop.
        if (Volatile.Read(ref _unheard) > 0)
        {
            await _allHeard.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CompleteAsync(ModelCall call)
    {
        if (call.Decision is { SlotTtl: var slotTtl } && slotTtl > TimeSpan.Zero)
        {
            Volatile.Write(ref _slotTtlTicks, slotTtl.Ticks);
        }

        // However it was closed.
        await call.PoolClosed.ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        var clientId = call.Caller.ClientId;
        var outcome = call.Dispatched ? CompletionOutcome.Dispatched : CompletionOutcome.NotDispatched;
        var completion = new Completion(call.RequestId, outcome);
        try
        {
            var grain = call.Grain ?? _cluster.GetGrain<IClientAdmission>(clientId);
            await grain.Complete(new CompletionBatch { Completions = [completion] });
            _live.Remove(call);
            Settled(1);
        }
        catch (Exception exception)
        {
            LogNotHeard(exception, clientId, call.RequestId);

            // No longer live, so that nothing renews its slot; a renewal that is under way still may.
            _live.Remove(call);
            _untold.Add(clientId, completion, new TimeSpan(Volatile.Read(ref _slotTtlTicks)) + _renewPeriod);
        }
    }

    private void Settled(int count)
    {
        if (Interlocked.Add(ref _unheard, -count) == 0 && Volatile.Read(ref _stopping))
        {
            _allHeard.TrySetResult();
        }
    }

    [LoggerMessage(2111, LogLevel.Debug, "Client {ClientId}, request {RequestId}: its end was not heard yet.")]
    private partial void LogNotHeard(Exception exception, string clientId, RequestId requestId);
}
