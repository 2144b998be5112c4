using System.Globalization;
using Microsoft.Extensions.Options;
using Sluice.Edge.Sessions;
using Sluice.Grains.Abstractions.Audit;

namespace Sluice.Edge.Credentials;

/// <summary>
/// Tells the audit trail now and then which credentials were refused: a report at a time, again and again until it is
/// stored. What is refused meanwhile is counted, and told after it.
/// </summary>
internal sealed partial class RefusalReporter(
    IClusterClient cluster, EdgeSession session, CredentialGuard guard, CredentialMetrics metrics,
    IOptions<EdgeOptions> options, TimeProvider time, ILogger<RefusalReporter> logger) : BackgroundService
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LastTimeout = TimeSpan.FromSeconds(2);

    private RefusalReport? _underWay;
    private long _number;
    private DateTimeOffset _from = time.GetUtcNow();
    private bool _isFailing;

    /// <summary>What was refused last is told too, if a silo takes it quickly.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await ReportAsync(LastTimeout);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(options.Value.RefusalPeriod, time, stoppingToken).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (!stoppingToken.IsCancellationRequested)
            {
                await ReportAsync(AnswerTimeout);
            }
        }
    }

    private async Task ReportAsync(TimeSpan timeout)
    {
        while (session.IsOpen && (_underWay ??= Next()) is { } report)
        {
            try
            {
                await cluster.GetGrain<IRefusalGrain>(session.Session.ToString(CultureInfo.InvariantCulture))
                    .Note(report).WaitAsync(timeout, time);
            }
            catch (Exception exception)
            {
                metrics.NotReported();
                if (!_isFailing)
                {
                    LogNotReported(exception, report.Number, report.Networks.Length);
                }

                _isFailing = true;
                return; // With the next one.
            }

            (_underWay, _isFailing) = (null, false);
        }
    }

    /// <summary>Null when nothing was refused.</summary>
    private RefusalReport? Next()
    {
        var (from, to) = (_from, time.GetUtcNow());
        var refused = guard.Take(RefusalReport.NetworksMax);
        if (refused.Length < RefusalReport.NetworksMax)
        {
            _from = to; // Otherwise more of the same minute follows.
        }

        return refused.Length == 0 ? null : new RefusalReport
        {
            EdgeSession = session.Session,
            Number = ++_number,
            From = from,
            To = to,
            Networks =
            [
                .. refused.Select(one => new RefusedNetwork(
                    one.Name, [.. one.Counts.Select(count => new RefusalCount(count.Key.ToString(), count.Value))],
                    [.. one.Clients])),
            ],
        };
    }

    [LoggerMessage(2851, LogLevel.Warning,
        "Report {Number} of refused credentials, of {Networks} networks, is not in the audit trail; it is sent again.")]
    private partial void LogNotReported(Exception exception, long number, int networks);
}
