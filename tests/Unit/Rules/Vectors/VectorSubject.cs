using System.Numerics;
using System.Text.Json;
using Sluice.Rules.Limits;

namespace Sluice.Unit.Rules.Vectors;

/// <summary>Plays the steps of one family of vectors on the rules.</summary>
internal abstract class VectorSubject
{
    /// <summary>Does one step and tells everything that can be seen of it, by the names that vectors use.</summary>
    public abstract Dictionary<string, object?> Play(JsonElement step);

    /// <summary>
    /// Null when the rules have everything the vector asks for; otherwise the first operation they lack.
    /// </summary>
    public static string? Lacking(Vector vector) =>
        vector.Steps.Select(step => Lacking(vector, step)).FirstOrDefault(op => op is not null);

    public static VectorSubject For(Vector vector) => vector.Family switch
    {
        "bucket" => new BucketSubject(vector.Params),
        "reserve" => new ReserveSubject(vector.Params),
        "concurrency" => new SlotsSubject(vector.Params),
        "quota_block" => new QuotaSubject(vector.Params),
        _ => throw new ArgumentOutOfRangeException(nameof(vector), vector.Family, "No subject plays this family."),
    };

    protected static BucketLimit LimitIn(JsonElement from) =>
        new(Vector.Number(from, "capacity"), Vector.Number(from, "rate_n"), Vector.Time(from, "per_ms"));

    /// <summary>Tokens as an exact fraction, such as '599/600'.</summary>
    protected static string LevelOf(TokenBucket bucket, BucketLimit limit)
    {
        var divisor = BigInteger.GreatestCommonDivisor(bucket.Credit, limit.Period.Ticks);
        var (over, under) = (bucket.Credit / divisor, limit.Period.Ticks / divisor);
        return under.IsOne ? $"{over}" : $"{over}/{under}";
    }

    private static string? Lacking(Vector vector, JsonElement step)
    {
        var op = Vector.Text(step, "op");
        var built = (vector.Family, op) switch
        {
            ("bucket", "reconfigure") => Vector.Text(step, "policy") == "as_is",
            ("bucket", "acquire" or "acquire_at_most" or "refund" or "debit") => true,
            ("reserve", "reserve" or "settle") => true,
            ("concurrency", "acquire" or "release" or "heartbeat" or "edge_dead") => true,
            ("quota_block", "consume" or "crash") => true,
            _ => false,
        };
        return built ? null
            : step.TryGetProperty("policy", out var policy) ? $"{vector.Family}: '{op}' with policy '{policy}'"
            : step.TryGetProperty("tokens", out _) ? $"{vector.Family}: '{op}' of a call that costs tokens"
            : $"{vector.Family}: '{op}'";
    }
}
