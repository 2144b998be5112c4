using Sluice.SimulatedPool.Batching;

namespace Sluice.SimulatedPool.Metrics;

/// <summary>Everything the pool measures, in verbs of the domain; no counter is touched anywhere else.</summary>
internal sealed class PoolMetrics
{
    public PoolStatistics Statistics { get; } = new();

    /// <summary>From the arrival of a request to its first token, time in the queue included.</summary>
    public Histogram TimeToFirstToken { get; } =
        new(0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160);

    /// <summary>Between two tokens of one sequence.</summary>
    public Histogram InterTokenLatency { get; } =
        new(0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80);

    /// <summary>From the arrival of a request to its last token.</summary>
    public Histogram RequestLatency { get; } =
        new(0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680);

    /// <summary>Answers by the reason for which they ended.</summary>
    public FinishCounts Finished { get; } = new();

    public void SequenceStarted(SequenceSize size, int running) =>
        Statistics.SequenceStarted(size.PromptTokens, size.OutputTokens, running);

    public void SequenceEnded(SequenceSize size, int running) =>
        Statistics.SequenceEnded(size.PromptTokens, size.OutputTokens, running);

    public void WaitingChanged(int waiting) => Statistics.WaitingChanged(waiting);

    /// <param name="isFirst">Whether the first of these tokens is the first of its sequence.</param>
    /// <param name="tokens">How many were produced at the same moment, 1 or more.</param>
    /// <param name="since">Time since the token before, or since the arrival when there is none.</param>
    public void TokensProduced(bool isFirst, int tokens, TimeSpan since)
    {
        (isFirst ? TimeToFirstToken : InterTokenLatency).Observe(since);
        if (tokens > 1)
        {
            InterTokenLatency.Observe(TimeSpan.Zero, tokens - 1);
        }

        Statistics.TokensProduced(tokens);
    }

    public void CallArrived() => Statistics.CallArrived();

    public void CallEnded(CallOutcome outcome) => Statistics.CallEnded(outcome);

    /// <param name="reason">One of <see cref="FinishReasons"/>.</param>
    /// <param name="took">Time since the arrival of the request.</param>
    public void AnswerFinished(string reason, TimeSpan took)
    {
        Finished.Count(reason);
        RequestLatency.Observe(took);
    }
}
