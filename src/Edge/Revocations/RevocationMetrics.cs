using System.Diagnostics.Metrics;
using Sluice.Rules.Revocations;

namespace Sluice.Edge.Revocations;

/// <summary>How well an edge follows the feed of revocations. Tags are closed sets.</summary>
internal sealed class RevocationMetrics
{
    private readonly Counter<long> _applied;
    private readonly Histogram<double> _delay;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _restarts;
    private readonly Counter<long> _recalled;
    private readonly Counter<long> _refused;

    public RevocationMetrics(IMeterFactory meters, RevocationFeed feed)
    {
        var meter = meters.Create(EdgeMetrics.MeterName);
        meter.CreateObservableGauge(
            "sluice.revocation.silence", () => feed.Silence.TotalSeconds, "s",
            "How long ago this edge knew of every revocation there was.");
        meter.CreateObservableGauge(
            "sluice.revocation.known", () => feed.View.Count, "{entry}", "Entries that this edge keeps to.");
        _applied = meter.CreateCounter<long>(
            "sluice.revocation.applied", "{entry}", "Entries that this edge has heard of, by kind.");
        _delay = meter.CreateHistogram<double>(
            "sluice.revocation.delay", "s", "From a change until its entry was on its way to this edge.");
        _failures = meter.CreateCounter<long>(
            "sluice.revocation.failures", "{question}", "Questions that no silo answered in time.");
        _restarts = meter.CreateCounter<long>(
            "sluice.revocation.restarts", "{restart}", "How often this edge forgot what it remembered, to begin anew.");
        _recalled = meter.CreateCounter<long>(
            "sluice.revocation.recalled", "{chunk}", "Chunks that ended before their time.");
        _refused = meter.CreateCounter<long>(
            "sluice.revocation.refused", "{call}", "Admitted calls that were refused by the feed, by its standing.");
    }

    public void Applied(in FeedChange change, bool isBeginning)
    {
        foreach (var entry in change.Applied)
        {
            _applied.Add(1, new KeyValuePair<string, object?>("kind", KindOf(entry.Kind)));
            if (!isBeginning && entry.Kind is not (RevocationKind.Issuer or RevocationKind.Token))
            {
                _delay.Record(Math.Max(0, (Revocation.MemoryLives - entry.Lives).TotalSeconds));
            }
        }
    }

    public void Failed() => _failures.Add(1);

    public void Restarted() => _restarts.Add(1);

    public void Recalled() => _recalled.Add(1);

    public void Refused(Standing standing) =>
        _refused.Add(1, new KeyValuePair<string, object?>("standing", standing.ToString()));

    private static string KindOf(RevocationKind kind) => Enum.IsDefined(kind) ? kind.ToString() : "Unknown";
}
