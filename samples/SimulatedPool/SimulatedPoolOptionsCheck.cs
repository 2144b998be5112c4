using Sluice.SimulatedPool.Failures;

namespace Sluice.SimulatedPool;

/// <summary>Names every setting that cannot work, so that one start is enough to mend them all.</summary>
internal static class SimulatedPoolOptionsCheck
{
    private const int ContextTokensMax = 1_048_576;
    private const int RecordedRequestsMax = 10_000;

    /// <exception cref="ArgumentException">One or more settings are wrong; the message names each of them.</exception>
    public static void Check(SimulatedPoolOptions options)
    {
        var mistakes = Mistakes(options).ToList();
        if (mistakes.Count > 0)
        {
            throw new ArgumentException(string.Join(" ", mistakes), nameof(options));
        }
    }

    private static IEnumerable<string> Mistakes(SimulatedPoolOptions options)
    {
        (bool IsWrong, string Mistake)[] rules =
        [
            (options.Port is < 0 or > 65_535, "Port must be 0 to 65535."),
            (options.Models.Count == 0, "Models must name one model or more."),
            (options.Models.Any(string.IsNullOrWhiteSpace), "Models must not hold an empty name."),
            (options.Models.Distinct().Count() != options.Models.Count, "Models must not name a model twice."),
            (options.ApiKey is { Length: 0 }, "ApiKey must not be empty; leave it out to serve every caller."),
            (options.BatchSize < 1, "BatchSize must be 1 or more."),
            (options.QueueLength < 0, "QueueLength must be 0 or more."),
            (!IsRate(options.PrefillTokensPerSecond), "PrefillTokensPerSecond must be 0 or a positive number."),
            (!IsRate(options.DecodeTokensPerSecond), "DecodeTokensPerSecond must be 0 or a positive number."),
            (!IsRate(options.FullBatchSlowdown), "FullBatchSlowdown must be 0 or a positive number."),
            (options.PrefillChunkTokens < 1, "PrefillChunkTokens must be 1 or more."),
            (options.KeyValueCacheTokens < 1, "KeyValueCacheTokens must be 1 or more."),
            (options.ContextTokens is < 1 or > ContextTokensMax, $"ContextTokens must be 1 to {ContextTokensMax}."),
            (options.AnswerTokensMin < 1, "AnswerTokensMin must be 1 or more."),
            (options.AnswerTokensMax < options.AnswerTokensMin, "AnswerTokensMax must be AnswerTokensMin or more."),
            (options.RecordedRequests is < 0 or > RecordedRequestsMax,
                $"RecordedRequests must be 0 to {RecordedRequestsMax}."),
            (options.CallLogFile is { Length: 0 }, "CallLogFile must not be empty; leave it out to write none."),
            (options.BodyBytesMax < 1, "BodyBytesMax must be 1 or more."),
        ];
        var wrong = rules.Where(rule => rule.IsWrong).Select(rule => rule.Mistake);
        return PoolFailure.TryParse(options.Simulate, out _, out var mistake) ? wrong : wrong.Append(mistake);
    }

    // A rate below a millionth would make a step longer than any timer can wait.
    private static bool IsRate(double value) => value is 0 or (>= 1e-6 and <= 1e12);
}
