using System.Globalization;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Admission;

namespace Sluice.Silo.Admin;

/// <summary>Request ids as edges tell them: <c>req_&lt;session&gt;_&lt;sequence&gt;</c>, in hexadecimal.</summary>
internal static class RequestIdText
{
    private const string Prefix = "req_";

    public static string Of(RequestId requestId) =>
        string.Create(null, $"{Prefix}{requestId.EdgeSession:x}_{requestId.Sequence:x}");

    /// <summary>The request that a text names: a request id, or the id of a decision of this client.</summary>
    /// <returns>Null when it names none.</returns>
    public static RequestId? Parse(string text, string clientId)
    {
        if (DecisionId.TryParse(text, out var decision))
        {
            return decision.ClientId == clientId
                ? new RequestId(decision.RequestId.EdgeSession, decision.RequestId.Sequence)
                : null;
        }

        var parts = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..].Split('_') : [];
        return parts is [var session, var sequence] && Number(session) is { } of && Number(sequence) is { } at
            ? new RequestId(of, at)
            : null;
    }

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : null;
}
