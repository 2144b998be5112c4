using System.Diagnostics.Metrics;
using Sluice.Rules.Credentials;

namespace Sluice.Edge.Credentials;

/// <summary>
/// How many credentials are refused. Tags are closed sets; networks and clients are in the audit trail.
/// </summary>
internal sealed class CredentialMetrics
{
    private readonly Counter<long> _refused;
    private readonly Counter<long> _unreported;

    public CredentialMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(EdgeMetrics.MeterName);
        _refused = meter.CreateCounter<long>(
            "sluice.credentials.refused", "{credential}", "Credentials that were refused, by why.");
        _unreported = meter.CreateCounter<long>(
            "sluice.credentials.report_failures", "{report}",
            "Reports of refused credentials that no silo took; they are sent again.");
    }

    public void Refused(CredentialRefusal refusal) =>
        _refused.Add(1, new KeyValuePair<string, object?>("refusal", refusal.ToString()));

    public void NotReported() => _unreported.Add(1);
}
