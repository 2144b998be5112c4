using System.Text.Json;
using Sluice.Rules.Limits;

namespace Sluice.Unit.Rules.Vectors;

/// <summary>
/// Plays reservation vectors. The bucket is the rules'; which calls hold what, and until when, is kept here as long as
/// admission reserves no tokens.
/// </summary>
internal sealed class ReserveSubject(JsonElement parameters) : VectorSubject
{
    private readonly BucketLimit _limit = LimitIn(parameters);
    private readonly TimeSpan _holdTtl = Vector.Time(parameters, "hold_ttl_ms");
    private readonly Dictionary<string, (long Tokens, TimeSpan Deadline)> _holds = [];
    private readonly HashSet<string> _seen = [];
    private readonly HashSet<string> _settled = [];

    private TokenBucket? _bucket;
    private long _usedTotal;

    public override Dictionary<string, object?> Play(JsonElement step)
    {
        var now = Vector.Time(step, "t_ms");
        var bucket = ExpireHolds(_bucket ?? TokenBucket.Full(_limit, now), now);
        var id = Vector.Text(step, "id");
        var (after, facts) = Vector.Text(step, "op") == "reserve"
            ? Reserve(bucket, id, Vector.Number(step, "est"), now)
            : Settle(bucket, id, Vector.Number(step, "actual"));
        _bucket = after;
        facts["remaining"] = after.Remaining(_limit);
        facts["level_exact"] = LevelOf(after, _limit);
        facts["holds"] = (long)_holds.Count;
        return facts;
    }

    private (TokenBucket, Dictionary<string, object?>) Reserve(TokenBucket bucket, string id, long tokens, TimeSpan now)
    {
        if (_seen.Contains(id))
        {
            return (bucket, new() { ["allowed"] = true, ["duplicate"] = true });
        }

        var never = tokens > _limit.Capacity;
        var wait = never ? null : bucket.WaitFor(tokens, _limit);
        if (wait != TimeSpan.Zero)
        {
            var blocked = !never && wait is null;
            return (bucket, new()
            {
                ["allowed"] = false, ["never"] = never, ["retry_after_ns"] = wait, ["blocked_by_out"] = blocked,
            });
        }

        _seen.Add(id);
        _holds[id] = (tokens, now + _holdTtl);
        return (bucket.Reserve(tokens, _limit), new() { ["allowed"] = true, ["retry_after_ns"] = null });
    }

    private (TokenBucket, Dictionary<string, object?>) Settle(TokenBucket bucket, string id, long used)
    {
        var applied = _settled.Add(id);
        _usedTotal += applied ? used : 0;
        var held = _holds.Remove(id, out var hold);
        return (
            held ? bucket.Settle(hold.Tokens, used, _limit) : bucket,
            new() { ["applied"] = applied, ["held"] = held, ["used_total"] = _usedTotal });
    }

    /// <summary>
    /// Each at its own time, because the bucket refills from then on what the hold kept from refilling.
    /// </summary>
    private TokenBucket ExpireHolds(TokenBucket bucket, TimeSpan now)
    {
        var expired = _holds.Where(hold => hold.Value.Deadline <= now).OrderBy(hold => hold.Value.Deadline).ToList();
        foreach (var (id, hold) in expired)
        {
            bucket = bucket.At(hold.Deadline, _limit).Settle(hold.Tokens, hold.Tokens, _limit);
            _holds.Remove(id);
        }

        return bucket.At(now, _limit);
    }
}
