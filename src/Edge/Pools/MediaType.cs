using System.Net.Http.Headers;

namespace Sluice.Edge.Pools;

/// <summary>What a pool says that its answer is.</summary>
internal static class MediaType
{
    public const string Events = "text/event-stream";
    public const string Json = "application/json";

    /// <summary>
    /// Whether it is of this type, with any parameters. Read as it stands: taking it apart would be the dearest thing
    /// that is done to an answer's headers.
    /// </summary>
    public static bool Is(HttpContentHeaders headers, string type)
    {
        if (!headers.NonValidated.TryGetValues("Content-Type", out var values))
        {
            return false;
        }

        var written = values.ToString().AsSpan().TrimStart();
        return written.StartsWith(type, StringComparison.OrdinalIgnoreCase)
            && written[type.Length..].TrimStart() is [] or [';', ..];
    }
}
