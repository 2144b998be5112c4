using System.Globalization;
using Sluice.Grains.Abstractions.Audit;
using Sluice.Rules;

namespace Sluice.Grains.Audit;

/// <summary>Between one edge, which has no database, and the audit trail.</summary>
internal sealed class RefusalGrain(IAuditLog log) : Grain, IRefusalGrain
{
    private const int CountsMax = 32;
    private const int ClientsMax = 16;
    private const int NetworkLengthMax = 64;

    public Task Note(RefusalReport report)
    {
        var session = report.EdgeSession.ToString(CultureInfo.InvariantCulture);
        if (report.EdgeSession <= 0
            || session != this.GetPrimaryKeyString()
            || report.Number <= 0
            || report.Networks.Length is 0 or > RefusalReport.NetworksMax
            || !report.Networks.All(IsOne))
        {
            throw new ArgumentException("This is no report of this session's edge.", nameof(report));
        }

        return log.AppendAsync(
            $"edge/{session}",
            [
                .. report.Networks.Select((network, index) => (
                    string.Create(CultureInfo.InvariantCulture, $"refused-{session}-{report.Number}-{index}"),
                    RefusalAudit.NoteOf(
                        network.Network, report.From, report.To,
                        network.Counts.Select(count => (count.Refusal, count.Count)), network.Clients))),
            ],
            CancellationToken.None);
    }

    private static bool IsOne(RefusedNetwork network) =>
        network.Network.Length is > 0 and <= NetworkLengthMax
        && network.Counts.Length is > 0 and <= CountsMax
        && network.Counts.All(count => count.Count > 0 && count.Refusal.Length is > 0 and <= NetworkLengthMax)
        && network.Clients.Length <= ClientsMax
        && network.Clients.All(Names.IsClientId);
}
