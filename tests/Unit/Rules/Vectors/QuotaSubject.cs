using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sluice.Rules.Limits;

namespace Sluice.Unit.Rules.Vectors;

/// <summary>Plays quota vectors, with a ledger that answers at once but to an activation that was replaced.</summary>
internal sealed class QuotaSubject : VectorSubject
{
    private sealed record Activation(Quota Quota, long Writes, bool Replaced);

    private static readonly QuotaPeriod Month = new(2026 * 12);

    private readonly long _limit;
    private readonly long _block;
    private readonly Dictionary<string, Activation> _activations = [];

    public QuotaSubject(JsonElement parameters)
    {
        _limit = Vector.Number(parameters, "limit");
        _block = Vector.Number(parameters, "block");
        _activations[""] = new(new Quota(Month, 0, 0), 0, Replaced: false);
        if (parameters.TryGetProperty("note", out var note))
        {
            // "old: used 10, persisted_hi 110, its conditional write now fails; new starts at 110"
            var figures =
                (from match in Regex.Matches(note.GetString()!, "[0-9]+")
                 select long.Parse(match.Value, CultureInfo.InvariantCulture)).ToList();
            _activations["old"] = new(new Quota(Month, figures[0], figures[1]), 1, Replaced: true);
            _activations["new"] = new(Quota.Recovered(Month, figures[2]), 0, Replaced: false);
        }
    }

    public override Dictionary<string, object?> Play(JsonElement step)
    {
        var name = step.TryGetProperty("activation", out var named) ? named.GetString()! : "";
        var activation = _activations[name];
        Dictionary<string, object?> facts = [];
        switch (Vector.Text(step, "op"))
        {
            case "consume":
                (activation, var reason) = Consume(activation, Vector.Number(step, "n"));
                facts["allowed"] = reason is null;
                facts["reason"] = reason;
                break;
            case "crash":
                activation = activation with { Quota = Quota.Recovered(Month, activation.Quota.Reserved) };
                break;
            case "clean_stop_start":
                activation = Written(activation, activation.Quota.Stopped());
                break;
            case "reconcile":
                var usedByLog = Vector.Number(step, "true_used");
                activation = Written(activation, activation.Quota.Reconciled(Month, usedByLog, reservedByCalls: 0));
                break;
            default:
                throw UnknownOperation(step);
        }

        _activations[name] = activation;
        facts["used"] = activation.Quota.Used;
        facts["persisted_hi"] = activation.Quota.Reserved;
        facts["writes"] = activation.Writes;
        return facts;
    }

    /// <summary>What another activation's row refuses is not in force.</summary>
    private static Activation Written(Activation activation, Quota quota) =>
        activation.Replaced ? activation : activation with { Quota = quota, Writes = activation.Writes + 1 };

    private (Activation Next, string? Refusal) Consume(Activation activation, long units)
    {
        var (quota, writes, replaced) = activation;
        if (quota.Ask(units, _limit) is QuotaAnswer.Pending && !replaced)
        {
            quota = quota.WithReserved(Month, quota.NextReserve(units, _block, _limit)!.Value);
            writes++;
        }

        return quota.Ask(units, _limit) switch
        {
            QuotaAnswer.Fits => (new Activation(quota.Take(units), writes, replaced), null),
            QuotaAnswer.Pending => (activation, "degraded"),
            _ => (activation, "quota"),
        };
    }
}
