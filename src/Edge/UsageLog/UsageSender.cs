using System.Globalization;
using Microsoft.Extensions.Options;
using Sluice.Edge.Admission;
using Sluice.Edge.Hosting;
using Sluice.Edge.Sessions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Usage;

namespace Sluice.Edge.UsageLog;

/// <summary>
/// Sends the usage log what calls used: one batch at a time, again and again until it is stored; the next one when a
/// period is over or a whole batch waits. An empty batch says that the edge is there and what it has told.
/// </summary>
internal sealed partial class UsageSender(
    IClusterClient cluster, EdgeSession session, UsageBuffer buffer, UsageMetrics metrics,
    IOptions<EdgeOptions> options, TimeProvider time, ILogger<UsageSender> logger) : WorkToTheEnd
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    protected override async Task FinishAsync(CancellationToken hurry)
    {
        if (session.IsOpen)
        {
            await FlushAsync(hurry);
        }
    }

    protected override async Task RunAsync(CancellationToken stopping)
    {
        var failures = 0;
        while (!stopping.IsCancellationRequested)
        {
            var pause = failures == 0
                ? buffer.WaitAsync(options.Value.UsagePeriod, stopping)
                : Task.Delay(Repeat.PauseAfter(failures, new RequestId(session.Session, failures)), time, stopping);
            await pause.ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (session.IsOpen && !stopping.IsCancellationRequested)
            {
                failures = await TrySendAsync(isLast: false, failures, stopping) ? 0 : failures + 1;
            }
        }
    }

    /// <summary>Sends until nothing is left, and says that the session is over.</summary>
    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        // What was under way when it stopped may be stored already, as not the last: the one after it is the last.
        for (var (failures, last) = (0, 0); !cancellationToken.IsCancellationRequested;)
        {
            var wasEmpty = buffer.Count == 0;
            if (!await TrySendAsync(isLast: true, failures, cancellationToken))
            {
                var pause = Task.Delay(
                    Repeat.PauseAfter(++failures, new RequestId(session.Session, failures)), time, cancellationToken);
                await pause.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            else if (wasEmpty && ++last == 2)
            {
                LogFlushed(session.Session);
                return;
            }
        }

        if (buffer.Count is > 0 and var waiting)
        {
            LogNotFlushed(session.Session, waiting);
        }
    }

    private async Task<bool> TrySendAsync(bool isLast, int failures, CancellationToken cancellationToken)
    {
        var batch = buffer.Next(isLast);
        try
        {
            await AppendAsync(batch).WaitAsync(AnswerTimeout, time, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (failures == 0)
            {
                LogNotStored(exception, session.Session, batch.Number, buffer.Count);
            }

            return false;
        }
        catch (OperationCanceledException)
        {
            return false; // It stops; the same batch is sent again.
        }

        buffer.Acknowledged(batch.Number);
        metrics.Stored(batch.Events.Length);
        if (failures > 0)
        {
            LogStoredAgain(session.Session, batch.Number, failures);
        }

        return true;
    }

    /// <summary>Apart, so that the answer comes back to where it was asked for before anybody waits for it.</summary>
    private async Task AppendAsync(UsageBatch batch) =>
        await cluster.GetGrain<IUsageGrain>(session.Session.ToString(CultureInfo.InvariantCulture)).Append(batch);

    [LoggerMessage(2701, LogLevel.Warning,
        "Edge session {EdgeSession}: batch {Number} of the usage log is not stored; it is sent again. {Waiting} events "
        + "wait.")]
    private partial void LogNotStored(Exception exception, long edgeSession, long number, int waiting);

    [LoggerMessage(2702, LogLevel.Information,
        "Edge session {EdgeSession}: batch {Number} of the usage log is stored, after {Failures} tries that failed.")]
    private partial void LogStoredAgain(long edgeSession, long number, int failures);

    [LoggerMessage(2703, LogLevel.Information, "Edge session {EdgeSession}: everything that was used is logged.")]
    private partial void LogFlushed(long edgeSession);

    [LoggerMessage(2704, LogLevel.Error,
        "Edge session {EdgeSession}: {Waiting} events of the usage log could not be stored before the end.")]
    private partial void LogNotFlushed(long edgeSession, int waiting);
}
