using System.Collections.Immutable;
using System.Globalization;
using Sluice.Grains.Audit;
using Sluice.Rules.Audit;
using Sluice.Rules.Credentials;
using Sluice.Rules.Limits;

namespace Sluice.Silo.Admin;

/// <summary>
/// Counts credentials that the admin API refused, for the audit trail, and holds back the networks that many wrong ones
/// come from. Keys that were found right here before are looked at always: no neighbour locks an operator out.
/// </summary>
internal sealed partial class AdminGuard(IAuditLog audit, TimeProvider time, ILogger<AdminGuard> logger)
    : BackgroundService
{
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private const int PrefixesMax = 1_024;
    private const int KnownMax = 1_024;

    /// <summary>Operators mistype; programs try thousands.</summary>
    private static readonly BucketLimit Limit = new(30, 30, TimeSpan.FromMinutes(1));


    private readonly Lock _lock = new();
    private readonly KnownKeys _known = new(KnownMax);
    private readonly RefusalBook _book = new(PrefixesMax);
    private readonly GuessLimit _limit = new(Limit, PrefixesMax);
    private readonly long _started = time.GetTimestamp();
    private readonly string _run = Guid.CreateVersion7().ToString("N"); // So that no id is another process's.
    private DateTimeOffset _from = time.GetUtcNow();
    private ImmutableArray<(string Id, AuditNote Note)> _underWay = [];
    private long _number;
    private bool _isFailing;

    private TimeSpan Now => time.GetElapsedTime(_started);

    /// <summary>How long a network has to wait until a key of it is looked at; zero when it need not.</summary>
    public TimeSpan WaitOf(AddressPrefix prefix, string clientId, int keyVersion, byte[] digest)
    {
        lock (_lock)
        {
            return !_limit.HasAny || _known.Contains(clientId, keyVersion, digest)
                ? TimeSpan.Zero
                : _limit.WaitOf(prefix, Now);
        }
    }

    /// <summary>A key was found right.</summary>
    public void Found(string clientId, int keyVersion, byte[] digest) => _known.Add(clientId, keyVersion, digest);

    /// <summary>A credential was refused.</summary>
    /// <param name="prefix">Where it came from.</param>
    /// <param name="refusal">Why.</param>
    /// <param name="clientId">The client that it names; null for none.</param>
    public void Refused(AddressPrefix prefix, CredentialRefusal refusal, string? clientId)
    {
        lock (_lock)
        {
            _book.Add(prefix, refusal, clientId);
            if (refusal.IsGuess())
            {
                _limit.Guessed(prefix, Now);
            }
        }
    }

    /// <summary>What was refused last is stored too.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await StoreAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Period, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stoppingToken.IsCancellationRequested)
            {
                await StoreAsync();
            }
        }
    }

    /// <summary>What could not be stored is stored with the next try; what is refused meanwhile is counted.</summary>
    private async Task StoreAsync()
    {
        if (_underWay.IsEmpty)
        {
            _underWay = Next();
        }

        try
        {
            if (!_underWay.IsEmpty)
            {
                await audit.AppendAsync("silo", _underWay, CancellationToken.None); // The database ends it in time.
            }

            (_underWay, _isFailing) = ([], false);
        }
        catch (Exception exception)
        {
            if (!_isFailing)
            {
                LogNotStored(exception, _underWay.Length);
            }

            _isFailing = true;
        }
    }

    private ImmutableArray<(string Id, AuditNote Note)> Next()
    {
        var (from, to) = (_from, time.GetUtcNow());
        (_from, _number) = (to, _number + 1);
        lock (_lock)
        {
            _limit.Forget(Now);
            return
            [
                .. _book.Take(int.MaxValue).Select((one, index) => (
                    string.Create(CultureInfo.InvariantCulture, $"refused-{_run}-{_number}-{index}"),
                    RefusalAudit.NoteOf(
                        one.Name, from, to, one.Counts.Select(count => (count.Key.ToString(), count.Value)),
                        one.Clients))),
            ];
        }
    }

    [LoggerMessage(1851, LogLevel.Warning,
        "Credentials that the admin API refused, of {Networks} networks, are not in the audit trail yet.")]
    private partial void LogNotStored(Exception exception, int networks);
}
