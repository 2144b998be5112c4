using Microsoft.Extensions.Options;
using Sluice.Edge.Sessions;
using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge.Admission;

/// <summary>Renews the slots of running calls every few seconds, so that a long stream keeps its own.</summary>
internal sealed partial class Renewals(
    IClusterClient cluster,
    LiveCalls live,
    EdgeSession session,
    IOptions<EdgeOptions> options,
    TimeProvider time,
    ILogger<Renewals> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>Until it is to stop, on the caller's own context.</summary>
    internal async Task RunAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.RenewPeriod, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            // Read before the lists, so that a call which begins meanwhile is above it and is left alone.
            var upToSequence = session.LastSequence;
            await Task.WhenAll(live.Snapshot().Select(
                calls => RenewAsync(calls.ClientId, calls.Sequences, upToSequence, stoppingToken)));
        }
    }

    private async Task RenewAsync(
        string clientId, long[] sequences, long upToSequence, CancellationToken stoppingToken)
    {
        try
        {
            // No longer than a period: one grain that does not answer must not let the others' slots expire.
            await TellAsync(clientId, sequences, upToSequence)
                .WaitAsync(options.Value.RenewPeriod, time, stoppingToken);
        }
        catch (Exception exception)
        {
            LogNotRenewed(exception, clientId, sequences.Length); // The next round tries again, well before the end.
        }
    }

    private async Task TellAsync(string clientId, long[] sequences, long upToSequence) =>
        await cluster.GetGrain<IClientAdmission>(clientId).Renew(new LiveRequests
        {
            EdgeSession = session.Session,
            UpToSequence = upToSequence,
            Sequences = sequences,
        });

    [LoggerMessage(2101, LogLevel.Warning, "Client {ClientId}: {Count} slots could not be renewed this time.")]
    private partial void LogNotRenewed(Exception exception, string clientId, int count);
}
