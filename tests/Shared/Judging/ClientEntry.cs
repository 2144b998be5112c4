using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Testing.Judging;

/// <summary>How a call ended, for its client.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Ending>))]
public enum Ending
{
    /// <summary>A whole answer, whatever its status.</summary>
    Answered,

    /// <summary>The client hung up, as it had drawn to.</summary>
    HungUp,

    /// <summary>No connection, or one that broke off; or a stream that ended with an error.</summary>
    Broken,
}

/// <summary>
/// A call as its client recorded it. Times are nanoseconds of the machine's monotonic clock, the pool's too.
/// </summary>
public sealed record ClientEntry
{
    /// <summary>Its name, unlike any other's.</summary>
    public required string Mark { get; init; }

    /// <summary>The edge that was asked, by its place in the list.</summary>
    public int Edge { get; init; }

    /// <summary>Before anything of it was sent.</summary>
    public required long Sent { get; init; }

    /// <summary>When it was over for the client.</summary>
    public required long Ended { get; init; }

    public required Ending Ending { get; init; }

    /// <summary>0 when no answer began.</summary>
    public int Status { get; init; }

    /// <summary>The code of the error; null when there was none.</summary>
    public string? Code { get; init; }

    /// <summary>The limit that the answer names as the one that refused, or that is nearest.</summary>
    public string? Limit { get; init; }

    /// <summary>The id of the decision; null when the answer names none.</summary>
    public string? Decision { get; init; }

    /// <summary>What the client was told to wait; null when it was told nothing.</summary>
    public long? RetryAfterMilliseconds { get; init; }

    /// <summary>How a connection failed, in the platform's word; null when none did.</summary>
    public string? Failure { get; init; }

    /// <summary>Bytes of the answer's body.</summary>
    public long Bytes { get; init; }

    /// <summary>Refused by a limit: then it took nothing.</summary>
    [JsonIgnore]
    public bool IsLimited => Status == 429;

    /// <summary>A final answer of the gateway's own by which nothing was taken.</summary>
    [JsonIgnore]
    public bool TookNothing => Status is >= 400 and < 500;

    /// <exception cref="JsonException">It is no record of a call.</exception>
    public static ClientEntry Parse(string line) =>
        JsonSerializer.Deserialize<ClientEntry>(line, JsonSerializerOptions.Web)!;
}
