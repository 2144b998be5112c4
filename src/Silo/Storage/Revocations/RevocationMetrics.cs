using System.Diagnostics.Metrics;
using Sluice.Rules.Revocations;

namespace Sluice.Silo.Storage.Revocations;

/// <summary>What a silo does for the feed of revocations. Tags are closed sets.</summary>
internal sealed class RevocationMetrics
{
    public const string MeterName = "Sluice.Silo.Revocations";

    private readonly Counter<long> _published;
    private readonly Counter<long> _reads;

    public RevocationMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _published = meter.CreateCounter<long>(
            "sluice.revocation.published", "{entry}", "Entries that this silo's changes added to the feed, by kind.");
        _reads = meter.CreateCounter<long>(
            "sluice.revocation.reads", "{read}",
            "Readings of the feed for the edges that ask this silo, by whether the database answered.");
    }

    public void Published(RevocationKind kind) =>
        _published.Add(1, new KeyValuePair<string, object?>("kind", kind.ToString()));

    public void Read(bool isAnswered) =>
        _reads.Add(1, new KeyValuePair<string, object?>("outcome", isAnswered ? "answered" : "failed"));
}
