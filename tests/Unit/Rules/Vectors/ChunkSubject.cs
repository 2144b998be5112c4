using System.Globalization;
using System.Text.Json;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Sluice.Unit.Rules.Admission;

namespace Sluice.Unit.Rules.Vectors;

/// <summary>Plays chunk vectors: an owner with one rate, and the edge that spends what it was granted.</summary>
internal sealed class ChunkSubject : VectorSubject
{
    private readonly BucketLimit _limit;
    private readonly ClientPolicy _policy;
    private readonly Dictionary<string, (ChunkId Id, EdgeChunk Edge)> _chunks = [];
    private ClientState? _owner;
    private long _calls;

    public ChunkSubject(JsonElement parameters)
    {
        if (parameters.TryGetProperty("cap_rule", out var rule) && !rule.GetBoolean())
        {
            throw new InvalidOperationException("No bucket of ours refills what is out: it has no vectors to play.");
        }

        _limit = LimitIn(parameters);
        _policy = Client.Policy(new Limit(
            "rate", LimitKind.Rate, _limit.Refill, _limit.Capacity, _limit.Period, Units.TotalTokens));
    }

    public override Dictionary<string, object?> Play(JsonElement step)
    {
        var now = new Moment(Vector.Time(step, "t_ms"), Client.Start);
        _owner ??= ClientState.Begin(_policy, new Dictionary<string, Quota>(), now);
        var facts = Vector.Text(step, "op") switch
        {
            "grant" => Grant(_owner, step, now),
            "spend" => Spend(step, now),
            "give_back" => GiveBack(_owner, step, now),
            "acquire" => Acquire(_owner, step, now),
            _ => throw UnknownOperation(step),
        };

        // An edge spends without its owner, whose level stays as it was last seen.
        facts["level"] = LevelOf(_owner.Buckets[0], _limit);
        facts["out"] = _owner.Buckets[0].Out.ToString(CultureInfo.InvariantCulture);
        return facts;
    }

    private Dictionary<string, object?> Grant(ClientState owner, JsonElement step, Moment now)
    {
        owner.MoveTo(now, _policy);
        var granted = Math.Min(Vector.Number(step, "want"), owner.Buckets[0].Remaining(_limit));
        var ttl = Vector.Time(step, "ttl_ms");
        var name = Vector.Text(step, "chunk_id");
        var asked = step.TryGetProperty("t_sent", out _) ? Vector.Time(step, "t_sent") : now.Elapsed;
        var margin = step.TryGetProperty("margin_ms", out _) ? Vector.Time(step, "margin_ms") : TimeSpan.Zero;
        if (granted > 0)
        {
            var id = new ChunkId(1, _chunks.Count + 1);
            ChunkRules.Take(owner, new Chunk(id, [granted], [], now, now.Elapsed + ttl), _policy);
            _chunks[name] = (id, new EdgeChunk(
                id, [new ChunkPart(Units.TotalTokens, granted)], 1, 1, asked, ttl - margin));
        }

        return new() { ["granted"] = granted, ["allowed"] = granted > 0 };
    }

    private Dictionary<string, object?> Spend(JsonElement step, Moment now)
    {
        var isKnown = _chunks.TryGetValue(Vector.Text(step, "chunk_id"), out var chunk);
        var costs = new Costs(Vector.Number(step, "n"), 0);
        var allowed = isKnown && chunk.Edge.TrySpend(costs, 1, now.Elapsed);
        return new() { ["allowed"] = allowed, ["left"] = isKnown ? chunk.Edge.Left(0, now.Elapsed) : 0 };
    }

    private Dictionary<string, object?> GiveBack(ClientState owner, JsonElement step, Moment now)
    {
        var tokens = 0L;
        if (_chunks.TryGetValue(Vector.Text(step, "chunk_id"), out var chunk) && chunk.Edge.Return() is { } returned)
        {
            owner.MoveTo(now, _policy);
            var before = owner.Buckets[0].Credit;
            ChunkRules.Return(owner, returned, _policy, now);
            tokens = (owner.Buckets[0].Credit - before) / _limit.Period.Ticks;
        }

        return new() { ["returned"] = tokens };
    }

    private Dictionary<string, object?> Acquire(ClientState owner, JsonElement step, Moment now)
    {
        var request = Client.Ask(++_calls) with { Costs = new Costs(Vector.Number(step, "cost"), 0) };
        var decision = AdmissionRules.Decide(owner, request, _policy, now);
        return new()
        {
            ["allowed"] = decision.Verdict is Verdict.Admitted,
            ["never"] = decision.Verdict is Verdict.TooLarge,
            ["blocked_by_out"] = decision.BlockedByOut,
            ["remaining"] = owner.Buckets[0].Remaining(_limit),
            ["retry_after_ns"] =
                decision.Verdict is Verdict.RateLimited && !decision.BlockedByOut ? decision.RetryAfter : null,
        };
    }
}
