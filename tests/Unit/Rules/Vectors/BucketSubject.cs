using System.Text.Json;
using Sluice.Rules.Limits;

namespace Sluice.Unit.Rules.Vectors;

/// <summary>Plays bucket vectors: requests that cost any number of tokens.</summary>
internal sealed class BucketSubject(JsonElement parameters) : VectorSubject
{
    private BucketLimit _limit = LimitIn(parameters);
    private TokenBucket? _bucket;

    public override Dictionary<string, object?> Play(JsonElement step)
    {
        var now = Vector.Time(step, "t_ms");
        var bucket = (_bucket ?? TokenBucket.Full(_limit, now)).At(now, _limit);
        switch (Vector.Text(step, "op"))
        {
            case "acquire":
                return Acquire(bucket, Vector.Number(step, "cost"), asked: Vector.Number(step, "cost"));
            case "acquire_at_most":
                var want = Vector.Number(step, "want");
                var granted = Math.Min(want, bucket.Remaining(_limit));
                return Acquire(bucket, granted, asked: Math.Min(want, Math.Max(1, granted)));
            case "refund":
                return Tell(bucket.Refund(Vector.Number(step, "n"), now, _limit));
            case "debit":
                return Tell(bucket.Take(Vector.Number(step, "n"), _limit));
            case "reconfigure":
                var before = _limit;
                _limit = LimitIn(step);
                return Tell(bucket.Under(_limit, before, ChangeIn(step)));
            default:
                throw UnknownOperation(step);
        }
    }

    private static LimitChange ChangeIn(JsonElement step) => Vector.Text(step, "policy") switch
    {
        "as_is" => LimitChange.AsIs,
        "proportional" => LimitChange.Proportional,
        "additive" => LimitChange.Additive,
        var other => throw new InvalidOperationException($"No rule changes a limit by the policy '{other}'."),
    };

    private Dictionary<string, object?> Acquire(TokenBucket bucket, long granted, long asked)
    {
        var never = asked > _limit.Capacity;
        var wait = never ? null : bucket.WaitFor(asked, _limit);
        var allowed = asked == 0 || wait == TimeSpan.Zero; // Costing nothing is a look at the bucket.
        var facts = Tell(allowed ? bucket.Take(granted, _limit) : bucket);
        facts["allowed"] = allowed;
        facts["never"] = never;
        facts["granted"] = allowed ? granted : 0;
        facts["retry_after_ns"] = allowed ? null : wait;
        return facts;
    }

    private Dictionary<string, object?> Tell(TokenBucket bucket)
    {
        _bucket = bucket;
        return new()
        {
            ["allowed"] = true,
            ["remaining"] = bucket.Remaining(_limit),
            ["retry_after_ns"] = null,
            ["reset_after_ns"] = bucket.UntilFull(_limit),
        };
    }
}
