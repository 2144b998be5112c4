using System.Text.Json;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Sluice.Unit.Rules.Admission;

namespace Sluice.Unit.Rules.Vectors;

/// <summary>Plays concurrency vectors through admission, under a single limit.</summary>
internal sealed class SlotsSubject(JsonElement parameters) : VectorSubject
{
    private readonly Dictionary<string, RequestId> _requests = [];
    private readonly List<string> _edges = [];
    private ClientPolicy _policy =
        Client.Policy(Client.TwoAtOnce with { Amount = Vector.Number(parameters, "max_slots") });

    private readonly ClientState _client = Client.Idle(ClientPolicy.Nobody);

    public override Dictionary<string, object?> Play(JsonElement step)
    {
        var elapsed = Vector.Time(step, "t_ms");
        var now = new Moment(elapsed, Client.Start + elapsed);
        _client.MoveTo(now, _policy);
        Dictionary<string, object?> facts = [];
        switch (Vector.Text(step, "op"))
        {
            case "acquire":
                var id = IdOf(Vector.Text(step, "id"), Vector.Text(step, "edge"));
                facts["duplicate"] = _client.Slots.Taken.ContainsKey(id);
                _policy = _policy with { SlotTtl = Vector.Time(step, "ttl_ms") };
                var request = Client.Ask(0) with { RequestId = id };
                var decision = AdmissionRules.Decide(_client, request, _policy, now);
                facts["allowed"] = decision.Verdict is Verdict.Admitted;
                break;
            case "release":
                var released = _requests.GetValueOrDefault(Vector.Text(step, "id"));
                facts["released"] = _client.Slots.Taken.ContainsKey(released);
                AdmissionRules.Complete(_client, released, new Ending(EndingKind.Unknown), _policy, now);
                break;
            case "heartbeat":
                var live = from name in step.GetProperty("live_ids").EnumerateArray()
                           select _requests[name.GetString()!].Sequence;
                _client.Slots.Renew(
                    EdgeOf(step), _requests.Count, live.ToHashSet(), elapsed + Vector.Time(step, "ttl_ms"));
                break;
            case "edge_dead":
                _client.Slots.FreeAllOf(EdgeOf(step));
                break;
            default:
                throw UnknownOperation(step);
        }

        facts["in_use"] = (long)_client.Slots.InUse;
        return facts;
    }

    private RequestId IdOf(string id, string edge)
    {
        if (!_requests.TryGetValue(id, out var request))
        {
            request = new RequestId(EdgeOf(edge), _requests.Count + 1);
            _requests[id] = request;
        }

        return request;
    }

    private long EdgeOf(JsonElement step) => EdgeOf(Vector.Text(step, "edge"));

    private long EdgeOf(string edge)
    {
        if (!_edges.Contains(edge))
        {
            _edges.Add(edge);
        }

        return _edges.IndexOf(edge) + 1;
    }
}
