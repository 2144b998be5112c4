namespace Sluice.SimulatedPool.Batching;

/// <summary>
/// How long the pool takes, as a formula. A step produces one token for each sequence that decodes, and reads a chunk
/// of prompts beside it:
/// <code>step = (1 + slowdown × (d − 1) / (batch − 1)) / decodeRate  +  p / prefillRate</code>
/// where d sequences decode and p prompt tokens are read. The first part is left out when d is 0 or the decode rate
/// is 0, the second when the prefill rate is 0.
/// </summary>
/// <remarks>
/// That is the shape of a real pool: decoding reads all weights once per step however many sequences share it, so a
/// step grows only slightly with them, while prompts are paid for by the token and hold everybody up.
/// </remarks>
internal sealed class BatchTiming(SimulatedPoolOptions options)
{
    /// <summary>True when neither prompts nor answers take time; then nothing is ever waited for.</summary>
    public bool IsInstant => options is { PrefillTokensPerSecond: 0, DecodeTokensPerSecond: 0 };

    /// <summary>Most prompt tokens read in one step, all sequences together.</summary>
    public int PrefillChunkTokens => options.PrefillChunkTokens;

    /// <summary>How many tokens of a prompt have to be read in steps: none when reading takes no time.</summary>
    public int PrefillTokens(int promptTokens) => options.PrefillTokensPerSecond is 0 ? 0 : promptTokens;

    /// <param name="decoding">Sequences that produce a token in this step, 0 to the batch size.</param>
    /// <param name="prefillTokens">Prompt tokens read in this step, 0 to <see cref="PrefillChunkTokens"/>.</param>
    public TimeSpan Step(int decoding, int prefillTokens)
    {
        var seconds = 0.0;
        if (decoding > 0 && options.DecodeTokensPerSecond > 0)
        {
            var fullness = (decoding - 1.0) / Math.Max(1, options.BatchSize - 1);
            seconds += (1 + options.FullBatchSlowdown * fullness) / options.DecodeTokensPerSecond;
        }

        if (prefillTokens > 0)
        {
            seconds += prefillTokens / options.PrefillTokensPerSecond;
        }

        return TimeSpan.FromSeconds(Math.Min(seconds, StepSecondsMax));
    }

    // A timer waits 49 days at most, and nobody waits for a step that takes more than one.
    private const double StepSecondsMax = 24 * 60 * 60;
}
