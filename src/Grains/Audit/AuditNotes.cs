using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Sluice.Rules.Audit;

namespace Sluice.Grains.Audit;

/// <summary>Notes for the audit trail about things that hold nothing secret.</summary>
internal static class AuditNotes
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // It stands in no page.
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Something was made, changed or taken away: fingerprints of it, and the members that differ.</summary>
    /// <param name="action">What was done.</param>
    /// <param name="subject">To what.</param>
    /// <param name="before">What it was; null when it was not.</param>
    /// <param name="after">What it is; null when it is no more.</param>
    public static AuditNote OfChange<T>(string action, string subject, T? before, T? after)
        where T : class
    {
        var (left, right) = (NodeOf(before), NodeOf(after));
        var (was, @is) = (new JsonObject(), new JsonObject());
        foreach (var name in left.Concat(right).Select(member => member.Key).Distinct())
        {
            if (!JsonNode.DeepEquals(left[name], right[name]))
            {
                Add(was, name, left);
                Add(@is, name, right);
            }
        }

        return new AuditNote(
            action, subject, FingerprintOf(before, left), FingerprintOf(after, right),
            new JsonObject { ["before"] = was, ["after"] = @is }.ToJsonString(Json));
    }

    /// <summary>JSON as it stands in a detail.</summary>
    public static string TextOf(JsonNode detail) => detail.ToJsonString(Json);

    private static JsonObject NodeOf<T>(T? value) =>
        value is null ? [] : (JsonObject)JsonSerializer.SerializeToNode(value, Json)!;

    private static string FingerprintOf(object? value, JsonObject node) => value is null
        ? ""
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(node.ToJsonString(Json))));

    private static void Add(JsonObject to, string name, JsonObject from)
    {
        if (from.TryGetPropertyValue(name, out var value))
        {
            to[name] = value?.DeepClone();
        }
    }
}
