using System.Text.Json;

namespace Sluice.Edge.Policies;

/// <summary>What a policy agent answered.</summary>
/// <param name="Allow">True: the call may go on.</param>
/// <param name="Reason">Why not, for whoever called; empty when it does not say.</param>
internal sealed record PolicyAnswer(bool Allow, string Reason)
{
    private const int ReasonLengthMax = 200;

    /// <summary>
    /// Reads <c>{"result":{"allow":true,"reason":"…"}}</c>. Null for everything else: what is not understood is no
    /// consent. A result that is not there is an agent that has no such policy, so it is no answer either.
    /// </summary>
    public static PolicyAnswer? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16 });
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root
                || !root.TryGetProperty("result", out var result)
                || result.ValueKind is not JsonValueKind.Object
                || !result.TryGetProperty("allow", out var allow)
                || allow.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            {
                return null;
            }

            var reason = result.TryGetProperty("reason", out var text) && text.ValueKind is JsonValueKind.String
                ? text.GetString()!
                : "";
            return new PolicyAnswer(allow.GetBoolean(), Shown(reason));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null; // No JSON, or half a character.
        }
    }

    private static string Shown(string reason)
    {
        var plain = string.Concat(reason.Where(character => !char.IsControl(character))).Trim();
        return plain.Length <= ReasonLengthMax ? plain : plain[..ReasonLengthMax] + "…";
    }
}
