using Microsoft.Extensions.Options;
using Sluice.Edge.Calls;
using Sluice.Edge.Sessions;
using Sluice.Edge.UsageLog;
using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge.Admission;

/// <summary>
/// Renews the slots of running calls every few seconds, so that a long stream keeps its own, and tells activations that
/// are new to this edge at once what it runs.
/// </summary>
internal sealed partial class Renewals(
    IClusterClient cluster,
    LiveCalls live,
    SlotFences fences,
    EdgeSession session,
    IOptions<EdgeOptions> options,
    TimeProvider time,
    ILogger<Renewals> logger,
    UsageBuffer? usage = null) : BackgroundService
{
    /// <summary>Reports in a row, each to an activation that was not known before.</summary>
    private const int TriesMax = 3;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>Until it is to stop, on the caller's own context.</summary>
    internal async Task RunAsync(CancellationToken stoppingToken)
    {
        void ReportNow(string clientId) => _ = RenewAsync(clientId, stoppingToken);
        fences.Replaced += ReportNow;
        try
        {
            using var timer = new PeriodicTimer(options.Value.RenewPeriod, time);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                // One number for all of them: a call that begins meanwhile is above it and is left alone.
                var upToSequence = session.LastSequence;
                var clients = live.ClientIds.Union(fences.ClientIds).ToList();
                await Task.WhenAll(clients.Select(clientId => RenewAsync(clientId, stoppingToken, upToSequence)));
            }
        }
        finally
        {
            fences.Replaced -= ReportNow;
        }
    }

    private async Task RenewAsync(string clientId, CancellationToken stoppingToken, long? upToSequence = null)
    {
        try
        {
            // No longer than a period: one grain that does not answer must not let the others' slots expire.
            await TellAsync(clientId, upToSequence ?? session.LastSequence)
                .WaitAsync(options.Value.RenewPeriod, time, stoppingToken);
        }
        catch (Exception exception)
        {
            LogNotRenewed(exception, clientId); // The next round tries again, well before the end.
        }
    }

    private async Task TellAsync(string clientId, long upToSequence)
    {
        var grain = cluster.GetGrain<IClientAdmission>(clientId);
        for (var tries = 0; tries < TriesMax; tries++)
        {
            var sent = time.GetTimestamp();
            var reported = fences.ReportOf(clientId, out var running);
            var report = new LiveRequests
            {
                EdgeSession = session.Session,
                UpToSequence = upToSequence,
                Sequences = SequencesOf(running),
                Epoch = reported?.Epoch ?? 0,
                Admitted = SequencesOf(reported?.Admitted ?? []),
                Uses = reported?.Uses ?? [],
                LogBatch = usage?.LastBatch ?? 0, // After it is known what runs: the events of all others are added.
            };
            if (reported is not { } known)
            {
                await grain.Renew(report);
                return;
            }

            var reply = await ReportAsync(grain, report);
            StopAll(reply.Stops, running, clientId);
            if (fences.Renewed(clientId, known.Epoch, known.Admitted, sent, reply))
            {
                return;
            }

            upToSequence = session.LastSequence;
        }
    }

    /// <summary>A silo of the version before only hears and does not say who it is; what it heard is renewed.</summary>
    private static async ValueTask<ReportReply> ReportAsync(IClientAdmission grain, LiveRequests report)
    {
        try
        {
            return await grain.Report(report);
        }
        catch (NotSupportedException)
        {
            await grain.Renew(report);
            return new ReportReply { Epoch = report.Epoch, IsRenewed = true };
        }
    }

    private void StopAll(StoppedCall[] stops, ModelCall[] running, string clientId)
    {
        foreach (var (sequence, limit) in stops)
        {
            if (Array.Find(running, call => call.RequestId.Sequence == sequence) is { } call && call.Stop(limit))
            {
                LogStopped(clientId, call.RequestId, limit);
            }
        }
    }

    private static long[] SequencesOf(ModelCall[] calls) =>
        Array.ConvertAll(calls, call => call.RequestId.Sequence);

    [LoggerMessage(2102, LogLevel.Information,
        "Client {ClientId}, request {RequestId}: its stream is ended, because limit {Limit} is used up.")]
    private partial void LogStopped(string clientId, RequestId requestId, string limit);

    [LoggerMessage(2101, LogLevel.Warning, "Client {ClientId}: its slots could not be renewed this time.")]
    private partial void LogNotRenewed(Exception exception, string clientId);
}
