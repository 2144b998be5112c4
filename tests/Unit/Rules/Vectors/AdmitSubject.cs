using System.Collections.Immutable;
using System.Text.Json;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Sluice.Unit.Rules.Admission;

namespace Sluice.Unit.Rules.Vectors;

/// <summary>Plays admission vectors: rates of requests and of tokens, slots and a quota of tokens at once.</summary>
internal sealed class AdmitSubject : VectorSubject
{
    private readonly Dictionary<string, RequestId> _requests = [];
    private readonly ClientPolicy _policy;
    private readonly ClientState _client;

    public AdmitSubject(JsonElement parameters)
    {
        var limits = ImmutableArray.CreateBuilder<Limit>();
        foreach (var (name, unit) in new[] { ("rpm", Units.Requests), ("tpm", Units.TotalTokens) })
        {
            if (parameters.TryGetProperty(name, out var rate))
            {
                limits.Add(new Limit(
                    name,
                    LimitKind.Rate,
                    rate[1].GetInt64(),
                    rate[0].GetInt64(),
                    TimeSpan.FromMilliseconds(rate[2].GetInt64()),
                    unit));
            }
        }

        if (parameters.TryGetProperty("max_slots", out var slots))
        {
            limits.Add(new Limit("concurrency", LimitKind.Concurrency, slots.GetInt64(), 0, TimeSpan.Zero));
        }

        if (parameters.TryGetProperty("quota", out var quota))
        {
            limits.Add(new Limit(
                "quota", LimitKind.Quota, quota.GetInt64(), 0, TimeSpan.Zero, Units.TotalTokens));
        }

        // Nothing renews slots here, and nothing that is stored is waited for.
        _policy = Client.Policy(limits.ToImmutable()) with { SlotTtl = TimeSpan.FromDays(3650) };
        _client = ClientState.Begin(
            _policy,
            _policy.Quotas.ToDictionary(
                limit => limit.Key, limit => new Quota(limit.Calendar.PeriodOf(Client.Start), 0, limit.Amount)),
            Client.At(0));
    }

    public override Dictionary<string, object?> Play(JsonElement step)
    {
        var now = new Moment(Vector.Time(step, "t_ms"), Client.Start);
        var id = IdOf(Vector.Text(step, "id"));
        Dictionary<string, object?> facts = [];
        switch (Vector.Text(step, "op"))
        {
            case "admit":
                _client.MoveTo(now, _policy);
                facts["duplicate"] = _client.Slots.Taken.ContainsKey(id);
                var request = Client.Ask(0) with { RequestId = id, Costs = new(Vector.Number(step, "tokens"), 0) };
                var decision = AdmissionRules.Decide(_client, request, _policy, now);
                facts["allowed"] = decision.Verdict is Verdict.Admitted;
                facts["reason"] = decision.RefusedBy;
                facts["never"] = decision.Verdict is Verdict.TooLarge;
                facts["retry_after_ns"] = decision.Verdict is Verdict.RateLimited ? decision.RetryAfter : null;
                break;
            case "release":
                facts["released"] = AdmissionRules.Complete(_client, id, EndingOf(step), _policy, now);
                break;
            default:
                throw UnknownOperation(step);
        }

        for (var i = 0; i < _policy.Rates.Length; i++)
        {
            facts[$"{_policy.Rates[i].Name}_remaining"] = _client.Buckets[i].Remaining(_policy.Rates[i].Bucket);
        }

        facts["in_use"] = (long)_client.Slots.InUse;
        facts["quota_used"] = _client.Quotas.Length == 0 ? 0L : _client.Quotas[0].Used;
        return facts;
    }

    /// <summary>A release that tells no use keeps what was reserved.</summary>
    private static Ending EndingOf(JsonElement step) => step.TryGetProperty("actual", out var actual)
        ? new Ending(EndingKind.Used, new Costs(actual.GetInt64(), 0))
        : new Ending(EndingKind.Unknown);

    private RequestId IdOf(string id)
    {
        if (!_requests.TryGetValue(id, out var request))
        {
            request = Client.Id(_requests.Count + 1);
            _requests[id] = request;
        }

        return request;
    }
}
