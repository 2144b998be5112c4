using System.Threading.Channels;
using Sluice.Edge.Sessions;

namespace Sluice.Edge.Tokens;

/// <summary>
/// Keeps what the edge knows of the issuer fresh: now and then, and at once when the feed says that tokens were ended.
/// </summary>
internal sealed partial class IssuerFollower(
    IssuerKeys keys, EdgeSession session, TimeProvider time, ILogger<IssuerFollower> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _soon = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private bool _isFailing;

    /// <summary>A key may be compromised: the issuer is asked at once.</summary>
    public void AskSoon() => _soon.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = PauseAfterFailure;
            try
            {
                if (session.IsOpen)
                {
                    await keys.AskAsync().WaitAsync(stoppingToken);
                    (pause, _isFailing) = (Period, false);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                if (!_isFailing)
                {
                    _isFailing = true;
                    LogNotAnswered(exception.Message);
                }
            }

            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            var soon = _soon.Reader.WaitToReadAsync(waiting.Token).AsTask();
            await Task.WhenAny(soon, Task.Delay(pause, time, waiting.Token));
            await waiting.CancelAsync();
            _soon.Reader.TryRead(out _);
        }
    }

    [LoggerMessage(2901, LogLevel.Warning, "The issuer of tokens does not answer: {Reason}")]
    private partial void LogNotAnswered(string reason);
}
