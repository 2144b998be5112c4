using Microsoft.AspNetCore.Hosting.Server;
using Sluice.Edge.Admission;

namespace Sluice.Edge.Hosting;

/// <summary>
/// Ends the serving of clients: nobody new is let in, calls go on until they end or their time is over, and what is
/// left then is told so and ended.
/// </summary>
internal sealed partial class CallDrain(
    IServer server, LiveCalls live, TimeProvider time, ILogger<CallDrain> logger)
{
    private static readonly TimeSpan ProgressPeriod = TimeSpan.FromSeconds(5);

    /// <summary>A call that was cut off only has to be told to its client.</summary>
    private static readonly TimeSpan CutOffTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan CutOffPeriod = TimeSpan.FromMilliseconds(100);

    public async Task RunAsync(TimeSpan timeout)
    {
        using var abort = new CancellationTokenSource();
        var serving = server.StopAsync(abort.Token);
        if (await EndsWithinAsync(serving, timeout))
        {
            return;
        }

        LogCutOff(live.Count, timeout);
        for (var started = time.GetTimestamp(); time.GetElapsedTime(started) < CutOffTimeout;)
        {
            live.CutOff(); // Again and again: some are on their way to their pool only now.
            if (await EndsWithinAsync(serving, CutOffPeriod))
            {
                return;
            }
        }

        LogAborted(); // Clients that do not read what they are sent.
        await abort.CancelAsync();
        await serving;
    }

    private async Task<bool> EndsWithinAsync(Task serving, TimeSpan timeout)
    {
        var started = time.GetTimestamp();
        using var progress = time.CreateTimer(
            _ => LogRunning(live.Count, timeout - time.GetElapsedTime(started)), null, ProgressPeriod, ProgressPeriod);
        using var enough = new CancellationTokenSource();
        var ended = await Task.WhenAny(serving, Task.Delay(timeout, time, enough.Token)) == serving;
        await enough.CancelAsync();
        return ended;
    }

    [LoggerMessage(2501, LogLevel.Information, "{Count} calls are still running; they have {Left} to end.")]
    private partial void LogRunning(int count, TimeSpan left);

    [LoggerMessage(2502, LogLevel.Warning, "{Count} calls did not end within {Timeout}: they are ended with an error.")]
    private partial void LogCutOff(int count, TimeSpan timeout);

    [LoggerMessage(2503, LogLevel.Warning, "The connections that are left are cut.")]
    private partial void LogAborted();
}
