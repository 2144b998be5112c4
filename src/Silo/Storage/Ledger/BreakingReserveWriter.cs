using System.Data.Common;
using Polly;
using Polly.CircuitBreaker;

namespace Sluice.Silo.Storage.Ledger;

/// <summary>
/// Spares a database that is away: once writes fail, one a second is tried and the others fail at once. Whoever waits
/// for them learns it in no time, and a database that comes back is not met by all that has piled up.
/// </summary>
/// <remarks>No admission waits for a write: what fits the open block goes on, what does not is refused.</remarks>
internal sealed partial class BreakingReserveWriter : IReserveWriter
{
    /// <summary>How long nothing is written after writes failed.</summary>
    public static readonly TimeSpan BreakTime = TimeSpan.FromSeconds(1);

    private readonly IReserveWriter _writer;
    private readonly LedgerMetrics _metrics;
    private readonly ILogger _logger;
    private readonly ResiliencePipeline<bool> _breaker;
    private int _isAway;

    public BreakingReserveWriter(
        IReserveWriter writer, LedgerMetrics metrics, TimeProvider time, ILogger<BreakingReserveWriter> logger)
    {
        (_writer, _metrics, _logger) = (writer, metrics, logger);
        _breaker = new ResiliencePipelineBuilder<bool> { TimeProvider = new SteadyTime(time) }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<bool>
            {
                ShouldHandle = static write => ValueTask.FromResult(IsAway(write.Outcome.Exception)),
                FailureRatio = 0.5,
                MinimumThroughput = 4,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = BreakTime,
            })
            .Build();
    }

    /// <summary>Who writes while the database answers.</summary>
    public IReserveWriter Writer => _writer;

    /// <exception cref="TimeoutException">Nothing was tried, because the database is away.</exception>
    public async Task<bool> WriteAsync(ReserveCall call, CancellationToken cancellationToken)
    {
        try
        {
            var isStored = await _breaker.ExecuteAsync(
                static async (write, _) => await write.Writer.WriteAsync(write.Call, write.Token),
                (Writer: _writer, Call: call, Token: cancellationToken),
                CancellationToken.None);
            _metrics.Answered(isStored);
            if (Interlocked.Exchange(ref _isAway, 0) == 1)
            {
                _metrics.OutageEnded();
                LogBack();
            }

            return isStored;
        }
        catch (BrokenCircuitException exception)
        {
            _metrics.Spared();
            if (Interlocked.Exchange(ref _isAway, 1) == 0)
            {
                _metrics.OutageBegan();
                LogAway(exception.InnerException?.Message ?? exception.Message);
            }

            throw new TimeoutException("The database is away; nothing is written until it answers.", exception);
        }
        catch (Exception exception) when (IsAway(exception))
        {
            _metrics.Failed();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    /// <summary>
    /// The database does not do its work. A write that it refuses for what stands in it (classes 22 and 23), or because
    /// two crossed (40), was answered.
    /// </summary>
    private static bool IsAway(Exception? exception) => exception switch
    {
        DbException { SqlState: { Length: 5 } state } => state[..2] is not ("22" or "23" or "40"),
        DbException or TimeoutException => true,
        _ => false,
    };

    [LoggerMessage(1401, LogLevel.Warning,
        "The database does not store what is reserved ahead: {Reason} It is tried once a second; what fits the open "
        + "blocks is admitted meanwhile.")]
    private partial void LogAway(string reason);

    [LoggerMessage(1402, LogLevel.Information, "The database stores again what is reserved ahead.")]
    private partial void LogBack();

    /// <summary>A calendar that goes on at the pace of the monotonic clock: breaks are counted by it.</summary>
    private sealed class SteadyTime(TimeProvider time) : TimeProvider
    {
        private readonly long _started = time.GetTimestamp();
        private readonly DateTimeOffset _begin = time.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => _begin + time.GetElapsedTime(_started);
    }
}
