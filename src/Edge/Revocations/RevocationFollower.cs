using System.Globalization;
using Sluice.Edge.Chunks;
using Sluice.Edge.Degraded;
using Sluice.Edge.Sessions;
using Sluice.Edge.Tokens;
using Sluice.Grains.Abstractions.Revocations;
using Sluice.Rules.Revocations;

namespace Sluice.Edge.Revocations;

/// <summary>
/// Follows the feed of revocations: one question at a time, which waits at a silo until there is something new or the
/// database has said that there is not. What it hears it applies, and then recalls what it ends.
/// </summary>
internal sealed partial class RevocationFollower(
    IClusterClient cluster, EdgeSession session, RevocationFeed feed, ClientChunks chunks, KnownClients known,
    RevocationMetrics metrics, TimeProvider time, ILogger<RevocationFollower> logger, IssuerFollower? issuer = null)
    : BackgroundService
{
    /// <summary>Longer than a silo takes; then another one is asked. An abandoned answer is not applied.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(20);

    /// <summary>A silence that is told to people; a shorter one shows in the figures.</summary>
    private static readonly TimeSpan TellAfter = TimeSpan.FromSeconds(5);

    /// <summary>Keys to be tried one after the other: another key is most likely another silo.</summary>
    private const int KeysMost = 16;

    private const ConfigureAwaitOptions Quietly = ConfigureAwaitOptions.SuppressThrowing;

    private int _failures;
    private int _turn;
    private bool _isSilent;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            if (session.IsOpen && await TryFollowAsync(stoppingToken))
            {
                _failures = 0;
                if (_isSilent)
                {
                    _isSilent = false;
                    LogHeardAgain();
                }

                continue;
            }

            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            _failures++;
            _turn = (_turn + 1) % KeysMost;
            if (!_isSilent && feed.Silence >= TellAfter)
            {
                _isSilent = true;
                LogSilent(feed.Silence, FeedView.OpenSilenceMax);
            }

            await Task.Delay(PauseMin * Math.Min(_failures, 5), time, stoppingToken).ConfigureAwait(Quietly);
        }
    }

    private async Task<bool> TryFollowAsync(CancellationToken stoppingToken)
    {
        var (asked, question) = (feed.Now, feed.View.Question);
        try
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{session.Session}-{_turn}");
            var answer = await cluster.GetGrain<IRevocationFeedGrain>(key).Follow(question.ToWire())
                .WaitAsync(AnswerTimeout, time, stoppingToken);
            if (answer is null)
            {
                metrics.Failed();
                return false;
            }

            Apply(answer.ToRule(question), asked, question.Begins);
            return true;
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception exception)
        {
            metrics.Failed();
            LogNotAnswered(exception.Message, _failures + 1);
            return false;
        }
    }

    private void Apply(FeedPage page, TimeSpan asked, bool isBeginning)
    {
        var change = feed.Apply(page, asked);
        if (change.Restarted)
        {
            chunks.RecallAll();
            known.RecallAll();
        }

        foreach (var entry in change.Applied)
        {
            if (entry.Kind is RevocationKind.Issuer)
            {
                issuer?.AskSoon(); // A key may be compromised.
            }

            if (entry.Kind is RevocationKind.Issuer or RevocationKind.Token or RevocationKind.ClientTokens
                or RevocationKind.TenantTokens)
            {
                continue; // Tokens are looked up for each call, whatever else is remembered.
            }

            var clientId = IsOfOne(entry.Kind) ? entry.Subject : null;
            chunks.Recall(clientId);
            known.Recall(clientId);
        }

        metrics.Applied(change, isBeginning);
        if (page.Restarts)
        {
            metrics.Restarted();
            LogRestarted(page.Asked, page.Through);
        }
    }

    private static bool IsOfOne(RevocationKind kind) =>
        kind is RevocationKind.KeyVersion or RevocationKind.Client or RevocationKind.ClientPolicy;

    [LoggerMessage(2801, LogLevel.Warning,
        "Revocations were last heard of {Silence} ago: no chunks are spent until they are heard again, and after "
        + "{Longest} nobody is served from memory.")]
    private partial void LogSilent(TimeSpan silence, TimeSpan longest);

    [LoggerMessage(2802, LogLevel.Information, "Revocations are heard again.")]
    private partial void LogHeardAgain();

    [LoggerMessage(2803, LogLevel.Warning,
        "Revocations after {Asked} are not to be had any more: what was remembered is forgotten, and they begin anew; "
        + "now up to {Through}.")]
    private partial void LogRestarted(long asked, long through);

    [LoggerMessage(2804, LogLevel.Debug, "No silo told revocations, at the {Attempt}. try in a row: {Reason}")]
    private partial void LogNotAnswered(string reason, int attempt);
}
