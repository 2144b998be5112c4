using Polly;
using Polly.CircuitBreaker;

namespace Sluice.Edge.Degraded;

/// <summary>
/// One client whose grain did not answer. Its circuit breaker opens when two questions in a row had no answer in time;
/// then one question a second is asked, and the other requests do not wait for what is not there.
/// </summary>
internal sealed class OwnerOutage(TimeProvider time)
{
    /// <summary>How long nobody is asked after a question without an answer.</summary>
    public static readonly TimeSpan BreakTime = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly MonotonicTime _monotonic = new(time);
    private ResiliencePipeline _breaker = ResiliencePipeline.Empty;
    private long _since;
    private long _changed = time.GetTimestamp();
    private volatile bool _isFailing;

    /// <summary>True: nothing was answered since the first question that had no answer in time.</summary>
    public bool IsFailing => _isFailing;

    /// <summary>How long the grain has not answered; zero when it does.</summary>
    public TimeSpan Age => _isFailing ? time.GetElapsedTime(Volatile.Read(ref _since)) : TimeSpan.Zero;

    /// <summary>True: that it fails was logged, and not yet that it is over.</summary>
    public bool IsTold { get; set; }

    /// <summary>Since it was last asked, or answered again.</summary>
    public TimeSpan Quiet => time.GetElapsedTime(Volatile.Read(ref _changed));

    /// <summary>A question that did not go through <see cref="AskAsync"/> had no answer in time.</summary>
    public async ValueTask FailedAsync(Exception why)
    {
        lock (_lock)
        {
            if (!_isFailing)
            {
                Volatile.Write(ref _since, time.GetTimestamp());
                _breaker = NewBreaker();
                _isFailing = true;
            }
        }

        await AskAsync(() => ValueTask.FromResult<Exception?>(why)); // Its breaker counts it.
    }

    /// <summary>The grain has answered, whatever.</summary>
    /// <returns>How long it had not; null when it did all the time.</returns>
    public TimeSpan? Answered()
    {
        lock (_lock)
        {
            if (!_isFailing)
            {
                return null;
            }

            var age = Age;
            _isFailing = false;
            Volatile.Write(ref _changed, time.GetTimestamp());
            return age;
        }
    }

    /// <summary>Asks through the breaker.</summary>
    /// <param name="ask">Asks, and tells why there was no answer in time; null when there was one.</param>
    /// <returns>Why there was no answer; <see cref="BrokenCircuitException"/> when nobody was asked.</returns>
    public async ValueTask<Exception?> AskAsync(Func<ValueTask<Exception?>> ask)
    {
        Volatile.Write(ref _changed, time.GetTimestamp());
        var breaker = Volatile.Read(ref _breaker);
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true);
        try
        {
            var outcome = await breaker.ExecuteOutcomeAsync(
                static async (_, asked) => await asked() is { } failure
                    ? Outcome.FromException<bool>(failure)
                    : Outcome.FromResult(true),
                context,
                ask);
            return outcome.Exception;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private ResiliencePipeline NewBreaker() => new ResiliencePipelineBuilder { TimeProvider = _monotonic }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            ShouldHandle = static asked => ValueTask.FromResult(asked.Outcome.Exception is not null),
            FailureRatio = 1,
            MinimumThroughput = 2,
            SamplingDuration = TimeSpan.FromSeconds(30),
            BreakDuration = BreakTime,
        })
        .Build();
}
