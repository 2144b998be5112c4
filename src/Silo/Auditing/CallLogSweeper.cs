using Microsoft.Extensions.Options;
using Sluice.Silo.Storage.Calls;

namespace Sluice.Silo.Auditing;

/// <summary>Forgets what the call log has kept for long enough. Every silo does, a little at a time.</summary>
internal sealed partial class CallLogSweeper(
    DatabaseCallLog log, IOptions<SiloOptions> options, TimeProvider time, ILogger<CallLogSweeper> logger)
    : BackgroundService
{
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(10);

    private bool _isFailing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (options.Value.CallLogDays > 0 && !stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Period, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                var before = time.GetUtcNow().AddDays(-options.Value.CallLogDays) - DateTimeOffset.UnixEpoch;
                while (await log.ForgetAsync(before.Ticks / TimeSpan.TicksPerMicrosecond, stoppingToken)
                    == DatabaseCallLog.PageMost)
                {
                    // There may be more.
                }

                _isFailing = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (!_isFailing)
                {
                    LogNotForgotten(exception);
                }

                _isFailing = true;
            }
            catch (OperationCanceledException)
            {
                return; // It stops; another silo, or the next start, goes on.
            }
        }
    }

    [LoggerMessage(3521, LogLevel.Warning, "What the call log has kept for long enough is there still; tried again.")]
    private partial void LogNotForgotten(Exception exception);
}
