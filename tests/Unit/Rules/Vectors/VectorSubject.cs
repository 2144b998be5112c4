using System.Numerics;
using System.Text.Json;
using Sluice.Rules.Limits;

namespace Sluice.Unit.Rules.Vectors;

/// <summary>Plays the steps of one family of vectors on the rules.</summary>
internal abstract class VectorSubject
{
    /// <summary>Does one step and tells everything that can be seen of it, by the names that vectors use.</summary>
    public abstract Dictionary<string, object?> Play(JsonElement step);

    public static VectorSubject For(Vector vector) => vector.Family switch
    {
        "bucket" => new BucketSubject(vector.Params),
        "reserve" => new ReserveSubject(vector.Params),
        "concurrency" => new SlotsSubject(vector.Params),
        "quota_block" => new QuotaSubject(vector.Params),
        "admit" => new AdmitSubject(vector.Params),
        "reserve_retro" => new RetroSubject(vector.Params),
        "edge_chunk" => new ChunkSubject(vector.Params),
        "tat_ceiling" => new CeilingSubject(vector.Params),
        "cumulative" => new CumulativeSubject(),
        _ => throw new InvalidOperationException($"No rule plays the family '{vector.Family}' of vector {vector.Id}."),
    };

    protected static InvalidOperationException UnknownOperation(JsonElement step) =>
        new($"No rule plays the operation '{Vector.Text(step, "op")}' in {step}.");

    protected static BucketLimit LimitIn(JsonElement from) =>
        new(Vector.Number(from, "capacity"), Vector.Number(from, "rate_n"), Vector.Time(from, "per_ms"));

    /// <summary>Tokens as an exact fraction, such as '599/600'.</summary>
    protected static string LevelOf(TokenBucket bucket, BucketLimit limit)
    {
        var divisor = BigInteger.GreatestCommonDivisor(bucket.Credit, limit.Period.Ticks);
        var (over, under) = (bucket.Credit / divisor, limit.Period.Ticks / divisor);
        return under.IsOne ? $"{over}" : $"{over}/{under}";
    }
}
