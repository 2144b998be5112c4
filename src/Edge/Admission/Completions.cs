using Microsoft.Extensions.Options;
using Sluice.Edge.Calls;
using Sluice.Edge.Usage;
using Sluice.Edge.UsageLog;
using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge.Admission;

/// <summary>Tells clients' grains which calls ended, until they have heard it or the slot has expired anyway.</summary>
internal sealed partial class Completions : IHostedService, IDisposable
{
    private readonly IClusterClient _cluster;
    private readonly LiveCalls _live;
    private readonly ILogger _logger;
    private readonly UntoldCompletions _untold;
    private readonly HeldCompletions _held;
    private readonly UsageBuffer? _usage;
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
        ILogger<Completions> logger,
        UsageBuffer? usage = null)
    {
        (_cluster, _live, _logger, _usage) = (cluster, live, logger, usage);
        _renewPeriod = options.Value.RenewPeriod;
        _untold = new UntoldCompletions(cluster, time, logger, Settled);
        _held = new HeldCompletions(time, (clientId, calls) => _ = TellAsync(clientId, calls));
    }

    /// <summary>
    /// Takes the end of a call; never waits. While the pool may still be at work on it, the call stays live and keeps
    /// its slot: otherwise its successor could meet it there.
    /// </summary>
    public void Post(ModelCall call)
    {
        Interlocked.Increment(ref _unheard);
        if (call.PoolClosed.IsCompleted)
        {
            Tell(call);
        }
        else
        {
            _ = TellWhenClosedAsync(call);
        }
    }

    /// <summary>
    /// Ends of calls of this client, to be told along with a request. Whoever takes them says what became of them:
    /// <see cref="Heard"/> or <see cref="NotHeard"/>.
    /// </summary>
    public ModelCall[] TakeHeld(string clientId) => _held.Take(clientId);

    /// <summary>The client's grain admitted a request, and said with it how long ends may be held.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="sent">Timestamp from before the request was sent.</param>
    /// <param name="completeWithin">How long from then on; zero: not at all.</param>
    public void Admitted(string clientId, long sent, TimeSpan completeWithin) =>
        _held.Allow(clientId, sent, completeWithin);

    /// <summary>The grain has heard that these calls ended.</summary>
    public void Heard(ModelCall[] calls)
    {
        foreach (var call in calls)
        {
            _live.Remove(call);
        }

        Settled(calls.Length);
    }

    /// <summary>It is not known whether the grain has heard of these; it is told again.</summary>
    public void NotHeard(ModelCall[] calls)
    {
        foreach (var call in calls)
        {
            // No longer live, so that nothing renews its slot; a renewal that is under way still may.
            _live.Remove(call);
            _untold.Add(
                call.Caller.ClientId, CompletionOf(call),
                new TimeSpan(Volatile.Read(ref _slotTtlTicks)) + _renewPeriod);
        }
    }

    public static Completion CompletionOf(ModelCall call) => SettledUse.Of(call).ToCompletion(
        call.RequestId, call.Dispatched ? CompletionOutcome.Dispatched : CompletionOutcome.NotDispatched) with
    {
        IsStopped = call.IsStopped,
        LogBatch = call.LogBatch,
    };

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// An edge that stops tells of every call that ended, so that its clients do not wait for expiry.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _stopping, true); // A full fence: this sees the last end, or that sees the stop.
        _held.TellAll();
        if (Volatile.Read(ref _unheard) > 0)
        {
            await _allHeard.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _held.Dispose();

    private async Task TellWhenClosedAsync(ModelCall call)
    {
        // However it was closed.
        await call.PoolClosed.ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Tell(call);
    }

    private void Tell(ModelCall call)
    {
        call.IsRunning = false;
        call.Ended?.Invoke(call);
        _usage?.Add(call); // While it is live, so that no batch says it is complete without it.
        if (call.SpentOf is { } spent)
        {
            // Its grain never heard of it, and is told what was spent when the chunk ends.
            if (!call.Dispatched)
            {
                spent.Undo();
            }

            Heard([call]);
            return;
        }

        if (call is { IsDegraded: true, IsAsked: false })
        {
            Heard([call]); // No grain knows of it.
            return;
        }

        if (call.Decision is { SlotTtl: var slotTtl } && slotTtl > TimeSpan.Zero)
        {
            Volatile.Write(ref _slotTtlTicks, slotTtl.Ticks);
        }

        if (Volatile.Read(ref _stopping) || !_held.TryHold(call))
        {
            _ = TellAsync(call.Caller.ClientId, [call]);
        }
        else if (Volatile.Read(ref _stopping))
        {
            _held.TellAll(); // The stop came in between, and may have looked before.
        }
    }

    private async Task TellAsync(string clientId, ModelCall[] calls)
    {
        try
        {
            var grain = calls[0].Grain ?? _cluster.GetGrain<IClientAdmission>(clientId);
            await grain.Complete(new CompletionBatch { Completions = Array.ConvertAll(calls, CompletionOf) });
            Heard(calls);
        }
        catch (Exception exception)
        {
            LogNotHeard(exception, clientId, calls[0].RequestId, calls.Length);
            NotHeard(calls);
        }
    }

    private void Settled(int count)
    {
        if (Interlocked.Add(ref _unheard, -count) == 0 && Volatile.Read(ref _stopping))
        {
            _allHeard.TrySetResult();
        }
    }

    [LoggerMessage(2111, LogLevel.Debug,
        "Client {ClientId}, request {RequestId}: its end was not heard yet; {Count} in all.")]
    private partial void LogNotHeard(Exception exception, string clientId, RequestId requestId, int count);
}
