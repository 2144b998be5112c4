using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Silo.Admin;

/// <summary>How bodies are read, and what is said of one that cannot be.</summary>
internal static class BodyMistake
{
    /// <summary>
    /// A member that nobody reads is a typing mistake, and whoever writes one twice meant something by each: taken
    /// silently, a change would do less than its sender believes.
    /// </summary>
    public static void ReadStrictly(JsonSerializerOptions json)
    {
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.AllowDuplicateProperties = false;
    }

    /// <summary>
    /// Where the mistake is and what it is. The serializer's own sentences name our types, which say nothing to whoever
    /// wrote the body; they are kept for mistakes that are not told apart here.
    /// </summary>
    public static string SentenceOf(JsonException mistake)
    {
        var place = mistake.Path is { } path && path.StartsWith("$.", StringComparison.Ordinal)
            ? path[2..]
            : "the body";
        if (mistake.Message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal))
        {
            return $"{place}: there is no such member; the description at {AdminApi.DescriptionPath} names all.";
        }

        if (mistake.Message.Contains("could not be converted to", StringComparison.Ordinal))
        {
            return $"{place}: is not of the kind that belongs there; the description at {AdminApi.DescriptionPath} "
                + "says of each member what it takes.";
        }

        return mistake.Message.StartsWith("Duplicate property", StringComparison.Ordinal)
            ? $"{place}: stands there more than once; write it once."
            : mistake.Message;
    }
}
