using System.Globalization;
using Microsoft.Extensions.Options;
using Sluice.Edge.Hosting;
using Sluice.Edge.Sessions;
using Sluice.Grains.Abstractions.Calls;

namespace Sluice.Edge.CallLog;

/// <summary>
/// Sends the call log what came: a batch at a time, again and again until it is stored. Nobody waits for it.
/// </summary>
internal sealed partial class CallLogSender(
    IClusterClient cluster, EdgeSession session, CallLogBuffer buffer, CallLogMetrics metrics,
    IOptions<EdgeOptions> options, TimeProvider time, ILogger<CallLogSender> logger) : WorkToTheEnd
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private bool _isFailing;

    protected override async Task FinishAsync(CancellationToken hurry)
    {
        await SendAllAsync(hurry);
        if (buffer.Count is > 0 and var waiting)
        {
            LogNotFlushed(session.IsOpen ? session.Session : 0, waiting);
        }
    }

    protected override async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(options.Value.UsagePeriod, time, stopping).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            await SendAllAsync(stopping);
        }
    }

    private async Task SendAllAsync(CancellationToken cancellationToken)
    {
        while (session.IsOpen && !cancellationToken.IsCancellationRequested && buffer.Next() is { } parcel)
        {
            var batch = new CallBatch
            {
                EdgeSession = session.Session, Number = parcel.Number, Calls = [.. parcel.Items],
                Dropped = parcel.Dropped,
            };
            try
            {
                await AppendAsync(batch).WaitAsync(AnswerTimeout, time, cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                metrics.Failed();
                if (!_isFailing)
                {
                    LogNotStored(exception, session.Session, batch.Number, buffer.Count);
                }

                _isFailing = true;
                return; // With the next period.
            }
            catch (OperationCanceledException)
            {
                return; // It stops; the same batch is sent again.
            }

            buffer.Acknowledged(batch.Number);
            metrics.Stored(batch.Calls.Length);
            _isFailing = false;
        }
    }

    /// <summary>Apart, so that the answer comes back to where it was asked for before anybody waits for it.</summary>
    private async Task AppendAsync(CallBatch batch) =>
        await cluster.GetGrain<ICallLogGrain>(session.Session.ToString(CultureInfo.InvariantCulture)).Append(batch);

    [LoggerMessage(2711, LogLevel.Warning,
        "Edge session {EdgeSession}: batch {Number} of the call log is not stored; it is sent again. {Waiting} calls "
        + "wait.")]
    private partial void LogNotStored(Exception exception, long edgeSession, long number, int waiting);

    [LoggerMessage(2712, LogLevel.Warning,
        "Edge session {EdgeSession}: {Waiting} calls could not be put into the call log before the end.")]
    private partial void LogNotFlushed(long edgeSession, int waiting);
}
