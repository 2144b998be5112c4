using System.Text.Json;

namespace Sluice.SimulatedPool.Records;

/// <summary>
/// A request as it reached the pool, for tests to look at: did a client's credential come through, was usage asked for?
/// </summary>
/// <remarks>It holds credentials in plain text. It exists in memory only, in a pool that serves nobody real.</remarks>
public sealed record RecordedRequest
{
    private const int BodyCharactersMax = 65_536;
    private string _body = "";

    /// <summary>HTTP method, upper case.</summary>
    public required string Method { get; init; }

    /// <summary>Path and query.</summary>
    public required string Target { get; init; }

    /// <summary>All headers; the names ignore case, several values of one name are joined with a comma.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The body's first 65,536 characters; empty until it has been read, or without a body.</summary>
    public string Body
    {
        get => Volatile.Read(ref _body);
        internal set => Volatile.Write(ref _body, value[..Math.Min(value.Length, BodyCharactersMax)]);
    }

    /// <summary>The body's <c>stream_options</c> as JSON; null without them, or when the body is no JSON.</summary>
    public string? StreamOptions
    {
        get
        {
            try
            {
                using var body = JsonDocument.Parse(Body);
                return body.RootElement.TryGetProperty("stream_options", out var found) ? found.GetRawText() : null;
            }
            catch (Exception failure) when (failure is JsonException or InvalidOperationException)
            {
                return null; // A recorder reports what came, well-formed or not.
            }
        }
    }
}
