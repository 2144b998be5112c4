using System.Text.Json;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Sluice.Unit.Rules.Admission;

namespace Sluice.Unit.Rules.Vectors;

/// <summary>Plays reservations that are out as long as they run: each is a chunk, whole or not at all.</summary>
internal sealed class ReserveSubject(JsonElement parameters) : VectorSubject
{
    private readonly BucketLimit _limit = LimitIn(parameters);
    private readonly TimeSpan _holdTtl = Vector.Time(parameters, "hold_ttl_ms");
    private readonly Dictionary<string, ChunkId> _seen = [];
    private readonly HashSet<string> _settled = [];

    private ClientPolicy? _policy;
    private ClientState? _owner;
    private long _usedTotal;

    public override Dictionary<string, object?> Play(JsonElement step)
    {
        var now = new Moment(Vector.Time(step, "t_ms"), Client.Start);
        _policy ??= Client.Policy(new Limit(
            "rate", LimitKind.Rate, _limit.Refill, _limit.Capacity, _limit.Period, Units.TotalTokens));
        _owner ??= ClientState.Begin(_policy, new Dictionary<string, Quota>(), now);
        _owner.MoveTo(now, _policy);
        var id = Vector.Text(step, "id");
        var facts = Vector.Text(step, "op") switch
        {
            "reserve" => Reserve(_owner, _policy, id, Vector.Number(step, "est"), now),
            "settle" => Settle(_owner, _policy, id, Vector.Number(step, "actual"), now),
            _ => throw UnknownOperation(step),
        };
        facts["remaining"] = _owner.Buckets[0].Remaining(_limit);
        facts["level_exact"] = LevelOf(_owner.Buckets[0], _limit);
        facts["holds"] = (long)_owner.Chunks.Out.Count;
        return facts;
    }

    private Dictionary<string, object?> Reserve(
        ClientState owner, ClientPolicy policy, string id, long tokens, Moment now)
    {
        if (_seen.ContainsKey(id))
        {
            return new() { ["allowed"] = true, ["duplicate"] = true };
        }

        var never = tokens > _limit.Capacity;
        var wait = never ? null : owner.Buckets[0].WaitFor(tokens, _limit);
        if (tokens > 0 && wait != TimeSpan.Zero)
        {
            return new()
            {
                ["allowed"] = false,
                ["never"] = never,
                ["retry_after_ns"] = wait,
                ["blocked_by_out"] = !never && wait is null,
            };
        }

        _seen[id] = new ChunkId(1, _seen.Count + 1);
        ChunkRules.Take(owner, new Chunk(_seen[id], [tokens], [], now, now.Elapsed + _holdTtl), policy);
        return new() { ["allowed"] = true, ["retry_after_ns"] = null, ["never"] = false, ["blocked_by_out"] = false };
    }

    private Dictionary<string, object?> Settle(
        ClientState owner, ClientPolicy policy, string id, long used, Moment now)
    {
        var applied = _settled.Add(id);
        _usedTotal += applied ? used : 0;
        var held = _seen.TryGetValue(id, out var chunk)
            && ChunkRules.Return(owner, new ChunkReturn(chunk, [used]), policy, now);
        return new() { ["applied"] = applied, ["held"] = held, ["used_total"] = _usedTotal };
    }
}
