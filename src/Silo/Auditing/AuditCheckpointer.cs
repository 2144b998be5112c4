using Microsoft.Extensions.Options;
using Sluice.Rules.Audit;
using Sluice.Silo.Storage.Audit;

namespace Sluice.Silo.Auditing;

/// <summary>
/// Signs what the audit trail is, now and then and before a part of it goes; keeps that at the second place; and lets
/// go what is older than it is to be kept. Every silo does; what another was first with is found done.
/// </summary>
internal sealed partial class AuditCheckpointer(
    AuditTrail trail, CheckpointTable table, AuditSigner signer, CheckpointPlaces places, IOptions<SiloOptions> options,
    TimeProvider time, ILogger<AuditCheckpointer> logger) : BackgroundService
{
    /// <summary>A trail that grows by so much is signed before its time.</summary>
    public const int RecordsMax = 1_000;

    /// <summary>It is looked this often whether there is something to do.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    /// <summary>By then what was changed as the silo started has its place in the trail.</summary>
    private static readonly TimeSpan Beginning = TimeSpan.FromSeconds(5);

    private bool _isFailing;

    /// <summary>Does what there is to do.</summary>
    /// <exception cref="Exception">The database or the second place did not answer; try again later.</exception>
    public async Task WorkAsync(CancellationToken cancellationToken)
    {
        await SignEndAsync(cancellationToken);
        await ForgetAsync(cancellationToken);
        if (places.HasAny)
        {
            foreach (var checkpoint in await table.UnsentAsync(cancellationToken))
            {
                await places.KeepAsync(checkpoint.Line, cancellationToken);
                await table.SentAsync(checkpoint.Number, cancellationToken);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var pause = Beginning; !stoppingToken.IsCancellationRequested; pause = Period)
        {
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await WorkAsync(stoppingToken);
                _isFailing = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (!_isFailing)
                {
                    LogNotDone(exception);
                }

                _isFailing = true;
            }
            catch (OperationCanceledException)
            {
                return; // It stops; whoever is next finds what there is to do.
            }
        }
    }

    private async Task SignEndAsync(CancellationToken cancellationToken)
    {
        var head = await trail.HeadAsync(cancellationToken);
        var last = await table.LastAsync(cancellationToken);
        var grown = head.Sequence - (last?.Sequence ?? 0);
        if (grown <= 0)
        {
            return;
        }

        var isDue = last is null || grown >= RecordsMax;
        if (!isDue)
        {
            var keys = await signer.PublicKeysAsync(cancellationToken);
            var signed = AuditCheckpoint.Read(last!.Line, keys) ?? throw new InvalidOperationException(
                $"Checkpoint {last.Number} in the database is none that a key of this installation has signed.");
            var age = await table.NowAsync(cancellationToken) - signed.At;
            isDue = age >= options.Value.AuditCheckpointPeriod.TotalMicroseconds;
        }

        if (isDue)
        {
            await SignAsync(head, last, cancellationToken);
        }
    }

    /// <summary>The oldest month, once its time is over; its end is signed first.</summary>
    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        var days = options.Value.AuditKeepDays;
        while (days > 0 && await table.OldestMonthAsync(cancellationToken) is var (month, end))
        {
            var past = new DateTime(month / 100, month % 100, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(1).AddDays(days);
            var now = DateTime.UnixEpoch.AddMicroseconds(await table.NowAsync(cancellationToken));
            if (past > now)
            {
                return;
            }

            if (!await table.HasAsync(end.Sequence, cancellationToken))
            {
                await SignAsync(end, await table.LastAsync(cancellationToken), cancellationToken);
            }

            await table.ForgetAsync(month, cancellationToken);
            LogForgotten(month, end.Sequence);
        }
    }

    private async Task SignAsync(AuditHead head, CheckpointRow? last, CancellationToken cancellationToken)
    {
        var checkpoint = new AuditCheckpoint(
            (last?.Number ?? 0) + 1, head, await table.NowAsync(cancellationToken),
            last is null ? AuditCheckpoint.NothingBefore : AuditCheckpoint.HashOf(last.Line));
        var line = checkpoint.Sign(await signer.CurrentAsync(cancellationToken));
        if (await table.AddAsync(new CheckpointRow(checkpoint.Number, head.Sequence, line), cancellationToken))
        {
            LogSigned(checkpoint.Number, head.Sequence, head.Hash);
        }
    }

    [LoggerMessage(3511, LogLevel.Information,
        "Checkpoint {Number} of the audit trail: record {Sequence} has the hash {Hash}.")]
    private partial void LogSigned(long number, long sequence, string hash);

    [LoggerMessage(3512, LogLevel.Warning,
        "Checkpoints of the audit trail are not signed, or not at the second place; it is tried again.")]
    private partial void LogNotDone(Exception exception);

    [LoggerMessage(3513, LogLevel.Information,
        "The audit trail of month {Month} has had its time: records up to {Sequence} are kept no longer.")]
    private partial void LogForgotten(int month, long sequence);
}
