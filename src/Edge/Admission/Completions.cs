using Sluice.Edge.Calls;
using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge.Admission;

/// <summary>Tells clients' grains which calls ended, until they have heard it or the slot has expired anyway.</summary>
internal sealed partial class Completions(
    IClusterClient cluster, LiveCalls live, TimeProvider time, ILogger<Completions> logger) : IHostedService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);

    /// <summary>After this many tries any slot has expired; another try would tell nobody anything.</summary>
    private const int TriesMax = 100;

    private readonly TaskCompletionSource _allHeard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _unheard;
    private bool _stopping;

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
        try
        {
            await call.PoolClosed;
            await TellAsync(call);
        }
        catch (Exception exception)
        {
            LogNotCompleted(exception, call.Caller.ClientId, call.RequestId);
        }
        finally
        {
            live.Remove(call);
            if (Interlocked.Decrement(ref _unheard) == 0 && Volatile.Read(ref _stopping))
            {
                _allHeard.TrySetResult();
            }
        }
    }

    private async Task TellAsync(ModelCall call)
    {
        var outcome = call.Dispatched ? CompletionOutcome.Dispatched : CompletionOutcome.NotDispatched;
        var batch = new CompletionBatch { Completions = [new Completion(call.RequestId, outcome)] };
        var grain = call.Grain ?? cluster.GetGrain<IClientAdmission>(call.Caller.ClientId);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await grain.Complete(batch);
                return;
            }
            catch (Exception exception) when (attempt < TriesMax)
            {
                LogRetried(exception, call.Caller.ClientId, call.RequestId, attempt);
                await Task.Delay(RetryDelay, time);
            }
        }
    }

    [LoggerMessage(2111, LogLevel.Debug, "Client {ClientId}, request {RequestId}: completion try {Attempt} failed.")]
    private partial void LogRetried(Exception exception, string clientId, RequestId requestId, int attempt);

    [LoggerMessage(2112, LogLevel.Warning, "Client {ClientId}, request {RequestId}: its slot is left to expire.")]
    private partial void LogNotCompleted(Exception exception, string clientId, RequestId requestId);
}
