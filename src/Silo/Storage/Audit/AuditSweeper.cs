namespace Sluice.Silo.Storage.Audit;

/// <summary>
/// Gives entries of the audit trail their place in the chain, soon after they were stored. Every silo does; what
/// another was first with is found done.
/// </summary>
internal sealed partial class AuditSweeper : BackgroundService
{
    /// <summary>Entries of other silos, and of those that have ended, are looked for this often.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly AuditTrail _trail;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile TaskCompletionSource _appended = NewSignal();

    public AuditSweeper(AuditTrail trail, AuditWriter writer, TimeProvider time, ILogger<AuditSweeper> logger)
    {
        (_trail, _time, _logger) = (trail, time, logger);
        writer.Appended += () => _appended.TrySetResult();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isFailing = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            var appended = _appended = NewSignal(); // Before it looks: what comes meanwhile is looked for again.
            try
            {
                while (await _trail.ChainAsync(stoppingToken) == AuditTrail.PageMost)
                {
                    // There may be more.
                }

                isFailing = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (!isFailing)
                {
                    LogNotChained(exception);
                }

                isFailing = true;
            }
            catch (OperationCanceledException)
            {
                return; // It stops; what waits is found by whoever is next.
            }

            var pause = isFailing
                ? Task.Delay(Period, _time, stoppingToken)
                : appended.Task.WaitAsync(Period, _time, stoppingToken);
            await pause.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(3501, LogLevel.Warning, "Entries of the audit trail wait for their place in it; it is tried again.")]
    private partial void LogNotChained(Exception exception);
}
