using System.Text.Json;
using Sluice.Rules.Limits;

namespace Sluice.Unit.Rules.Vectors;

/// <summary>Plays the totals that edges report; an edge and its epoch are one session.</summary>
internal sealed class CumulativeSubject : VectorSubject
{
    private static readonly QuotaPeriod Month = new(2026 * 12);

    private readonly List<(string Edge, long Epoch)> _sessions = [];
    private UsageTotals _totals = UsageTotals.Nothing;

    public override Dictionary<string, object?> Play(JsonElement step)
    {
        if (Vector.Text(step, "op") != "report")
        {
            throw UnknownOperation(step);
        }

        var session = (Vector.Text(step, "edge"), Vector.Number(step, "epoch"));
        if (!_sessions.Contains(session))
        {
            _sessions.Add(session);
        }

        var source = new UsageSource(_sessions.IndexOf(session) + 1, Month);
        _totals = _totals.With(source, Vector.Number(step, "total"));
        return new() { ["used"] = _totals.UsedIn(Month) };
    }
}
