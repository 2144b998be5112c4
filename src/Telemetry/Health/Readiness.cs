using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Sluice.Telemetry.Health;

/// <param name="Name">Of the check.</param>
/// <param name="Problem">What is wrong, in a short phrase.</param>
internal sealed record ReadinessProblem(string Name, string Problem);

/// <summary>Asks every check at once and gathers what is wrong, in the order of registration.</summary>
internal sealed partial class Readiness(
    IEnumerable<IReadinessCheck> checks,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<Readiness> logger)
{
    /// <summary>Shorter than the time-out of a probe, so that the answer names the check that hangs.</summary>
    internal static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    public async Task<IReadOnlyList<ReadinessProblem>> ProblemsAsync(CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return [new ReadinessProblem("host", "shutting down")];
        }

        var answers = await Task.WhenAll(checks.Select(check => AskAsync(check, cancellationToken)));
        return [.. answers.OfType<ReadinessProblem>()];
    }

    private async Task<ReadinessProblem?> AskAsync(IReadinessCheck check, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var problem = await check.ProblemAsync(either.Token).AsTask().WaitAsync(either.Token);
            return problem is null ? null : new ReadinessProblem(check.Name, problem);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return new ReadinessProblem(check.Name, "no answer in time");
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The message may hold an address or worse; it goes to the log, and the caller gets the kind of failure.
            LogFailed(check.Name, exception);
            return new ReadinessProblem(check.Name, $"check failed: {exception.GetType().Name}");
        }
    }

    [LoggerMessage(9001, LogLevel.Warning, "Readiness check {Check} failed.")]
    private partial void LogFailed(string check, Exception exception);
}
