using System.Globalization;
using System.Text.Json.Nodes;
using Sluice.Rules.Audit;

namespace Sluice.Grains.Audit;

/// <summary>Notes for the audit trail about refused credentials: of one network and some time together.</summary>
public static class RefusalAudit
{
    /// <param name="network">As <c>203.0.113.0/24</c>.</param>
    /// <param name="from">Refused from this moment on.</param>
    /// <param name="to">And until this one.</param>
    /// <param name="counts">How many, by why.</param>
    /// <param name="clients">Some of the clients that were named.</param>
    public static AuditNote NoteOf(
        string network, DateTimeOffset from, DateTimeOffset to, IEnumerable<(string Refusal, long Count)> counts,
        IEnumerable<string> clients)
    {
        var refused = new JsonObject();
        foreach (var (refusal, count) in counts)
        {
            refused[char.ToLowerInvariant(refusal[0]) + refusal[1..]] = count;
        }

        var detail = new JsonObject
        {
            ["from"] = Text(from),
            ["to"] = Text(to),
            ["refused"] = refused,
            ["clients"] = new JsonArray([.. clients.Select(client => (JsonNode)client)]),
        };
        return new AuditNote("credential.refuse", $"network/{network}", "", "", AuditNotes.TextOf(detail));
    }

    private static string Text(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
