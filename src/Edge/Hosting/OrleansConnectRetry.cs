namespace Sluice.Edge.Hosting;

/// <summary>
/// Tries until there is a silo: an edge may come up before the silos, and whoever runs it decides how long it may take.
/// </summary>
internal sealed partial class OrleansConnectRetry(TimeProvider time, ILogger<OrleansConnectRetry> logger)
    : IClientConnectionRetryFilter
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        LogNoSilo(exception, Delay);
        await Task.Delay(Delay, time, cancellationToken);
        return true;
    }

    [LoggerMessage(2411, LogLevel.Warning, "No silo can be reached yet; the next try is in {Delay}.")]
    private partial void LogNoSilo(Exception exception, TimeSpan delay);
}
