using System.Text.Json;
using Sluice.Rules.Limits;

namespace Sluice.Unit.Rules.Vectors;

/// <summary>Plays a rate that is stored ahead, with a ledger that answers at once and owners that die.</summary>
internal sealed class CeilingSubject(JsonElement parameters) : VectorSubject
{
    private readonly BucketLimit _limit = LimitIn(parameters);
    private readonly long _ahead = Vector.Number(parameters, "ahead_tokens");
    private TokenBucket? _bucket;
    private RateCeiling _ceiling;
    private (StoredRate Rate, TimeSpan At)? _stored;
    private long _writes;

    public override Dictionary<string, object?> Play(JsonElement step)
    {
        var now = Vector.Time(step, "t_ms");
        if (_bucket is null)
        {
            _bucket = TokenBucket.Full(_limit, now);
            _ceiling = RateCeiling.Closed(_bucket.Value);
        }

        var bucket = _bucket.Value.At(now, _limit);
        _ceiling = _ceiling.At(now, _limit);
        Dictionary<string, object?> facts = [];
        switch (Vector.Text(step, "op"))
        {
            case "acquire":
                bucket = Acquire(bucket, Vector.Number(step, "cost"), facts);
                break;
            case "crash" when _stored is { } stored:
                var recovered = RateCeiling.Recovered(
                    stored.Rate, now - stored.At, chunkTime: TimeSpan.Zero, now);
                (bucket, _ceiling) = (recovered.Bucket, recovered.Ceiling);
                break;
            case "crash":
                bucket = TokenBucket.Full(_limit, now);
                _ceiling = RateCeiling.Closed(bucket);
                break;
            default:
                throw UnknownOperation(step);
        }

        _bucket = bucket;
        facts["remaining"] = bucket.Remaining(_limit);
        facts["level"] = facts["level_exact"] = LevelOf(bucket, _limit);
        facts["writes"] = _writes;
        return facts;
    }

    private TokenBucket Acquire(TokenBucket bucket, long cost, Dictionary<string, object?> facts)
    {
        var never = cost > _limit.Capacity;
        var wait = never ? null : bucket.WaitFor(cost, _limit);
        var allowed = cost == 0 || wait == TimeSpan.Zero;
        (facts["allowed"], facts["never"], facts["reason"]) = (allowed, never, allowed ? null : "rate");
        facts["retry_after_ns"] = allowed ? null : wait;
        if (!allowed)
        {
            return bucket;
        }

        if (!_ceiling.Covers(bucket, cost, _limit))
        {
            var stored = _ceiling.Next(bucket, cost, _ahead, _limit)!.Value;
            _stored = (stored, bucket.AsOf);
            _ceiling = _ceiling.Raised(stored, bucket.AsOf);
            _writes++;
        }

        return bucket.Take(cost, _limit);
    }
}
