using System.Diagnostics.Metrics;

namespace Sluice.Silo.Storage.Ledger;

/// <summary>How a silo's writes ahead of use end. Tags are closed sets.</summary>
internal sealed class LedgerMetrics
{
    public const string MeterName = "Sluice.Silo.Ledger";

    private readonly Counter<long> _writes;
    private readonly UpDownCounter<long> _outages;

    public LedgerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _writes = meter.CreateCounter<long>(
            "sluice.ledger.writes", "{write}",
            "Writes ahead of use, by how they ended: stored, fenced, failed, or spared while the database is away.");
        _outages = meter.CreateUpDownCounter<long>(
            "sluice.ledger.outages", "{outage}", "1 while the database is taken to be away, else 0.");
    }

    public void Answered(bool isStored) => Count(isStored ? "stored" : "fenced");

    public void Failed() => Count("failed");

    public void Spared() => Count("spared");

    public void OutageBegan() => _outages.Add(1);

    public void OutageEnded() => _outages.Add(-1);

    private void Count(string outcome) => _writes.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
