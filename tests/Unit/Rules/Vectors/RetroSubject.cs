using System.Text.Json;
using Sluice.Rules.Limits;

namespace Sluice.Unit.Rules.Vectors;

/// <summary>Plays reservations that are settled as if they had reserved what they used.</summary>
internal sealed class RetroSubject(JsonElement parameters) : VectorSubject
{
    private readonly BucketLimit _limit = LimitIn(parameters);
    private readonly DebitHistory _debits = new();
    private readonly Dictionary<string, (long Tokens, TimeSpan Admitted)> _holds = [];
    private readonly HashSet<string> _seen = [];
    private readonly HashSet<string> _settled = [];

    private TokenBucket? _bucket;
    private long _usedTotal;

    public override Dictionary<string, object?> Play(JsonElement step)
    {
        var now = Vector.Time(step, "t_ms");
        var bucket = (_bucket ?? TokenBucket.Full(_limit, now)).At(now, _limit);
        var id = Vector.Text(step, "id");
        Dictionary<string, object?> facts = [];
        switch (Vector.Text(step, "op"))
        {
            case "reserve" when _seen.Contains(id):
                (facts["allowed"], facts["duplicate"]) = (true, true);
                break;
            case "reserve":
                var tokens = Vector.Number(step, "est");
                var never = tokens > _limit.Capacity;
                var wait = never ? null : bucket.WaitFor(tokens, _limit);
                var allowed = tokens == 0 || wait == TimeSpan.Zero;
                (facts["allowed"], facts["never"], facts["blocked_by_out"]) = (allowed, never, false);
                facts["retry_after_ns"] = allowed ? null : wait;
                if (allowed)
                {
                    _seen.Add(id);
                    _holds[id] = (tokens, now);
                    bucket = _debits.Take(bucket, tokens, _limit);
                }

                break;
            case "settle":
                var used = Vector.Number(step, "actual");
                var applied = _settled.Add(id);
                _usedTotal += applied ? used : 0;
                var held = _holds.Remove(id, out var hold);
                bucket = held ? _debits.Settle(bucket, hold.Tokens, used, hold.Admitted, _limit) : bucket;
                held = held && now - hold.Admitted < DebitHistory.HoldTime(_limit);
                (facts["applied"], facts["held"], facts["used_total"]) = (applied, held, _usedTotal);
                break;
            default:
                throw UnknownOperation(step);
        }

        _bucket = bucket;
        facts["remaining"] = bucket.Remaining(_limit);
        facts["level_exact"] = LevelOf(bucket, _limit);
        facts["holds"] = _holds.Values.LongCount(hold => now - hold.Admitted < DebitHistory.HoldTime(_limit));
        return facts;
    }
}
