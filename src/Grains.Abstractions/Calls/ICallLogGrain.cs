namespace Sluice.Grains.Abstractions.Calls;

/// <summary>Takes what one edge tells the call log. The grain key is the edge's session as a decimal number.</summary>
[Alias("sluice.ICallLogGrain")]
public interface ICallLogGrain : IGrainWithStringKey
{
    /// <summary>
    /// Stores a batch before it answers. May be repeated: what is stored already counts once. An exception means that
    /// the outcome is unknown.
    /// </summary>
    /// <exception cref="ArgumentException">It is not what an edge of this session sends.</exception>
    [Alias("Append")]
    Task Append(CallBatch batch);
}

/// <summary>What an edge tells at once. The next one is made when this one is stored.</summary>
[GenerateSerializer, Immutable, Alias("sluice.CallBatch")]
public sealed record CallBatch
{
    /// <summary>Calls in one batch.</summary>
    public const int CallsMax = 500;

    /// <summary>The edge's session; 1 or more.</summary>
    [Id(0)] public required long EdgeSession { get; init; }

    /// <summary>Counts the batches of the session; 1 or more. A repeat has the same number.</summary>
    [Id(1)] public required long Number { get; init; }

    /// <summary>1 to <see cref="CallsMax"/>, in the order in which they ended.</summary>
    [Id(2)] public required CallRecord[] Calls { get; init; }

    /// <summary>Calls that the edge had no room for, since its session began; 0 or more.</summary>
    [Id(3)] public long Dropped { get; init; }
}

/// <summary>
/// One request to an edge, accepted or refused, and how it ended. It holds no secret, no prompt, no query.
/// </summary>
[GenerateSerializer, Immutable, Alias("sluice.CallRecord")]
public sealed record CallRecord
{
    /// <summary>When it came, by the edge's clock: microseconds since 1970, UTC.</summary>
    [Id(0)] public required long At { get; init; }

    /// <summary>Its number within the edge's session; with it the request id.</summary>
    [Id(1)] public required long Sequence { get; init; }

    /// <summary>The client that its credential names; empty when it named none. It need not be that client.</summary>
    [Id(2)] public string ClientId { get; init; } = "";

    /// <summary>The version of the key that it came with, or that its token was given for; 0 for none.</summary>
    [Id(3)] public int KeyVersion { get; init; }

    /// <summary>True when it came with an access token.</summary>
    [Id(4)] public bool ByToken { get; init; }

    /// <summary>The method of HTTP; at most 16 characters.</summary>
    [Id(5)] public string Method { get; init; } = "";

    /// <summary>The path, without the query; at most 256 characters.</summary>
    [Id(6)] public string Path { get; init; } = "";

    /// <summary>The status that was answered; 499 when the client was gone before.</summary>
    [Id(7)] public int Status { get; init; }

    /// <summary>The error's code, as <c>rate_limit_exceeded</c>; empty for none.</summary>
    [Id(8)] public string Code { get; init; } = "";

    /// <summary>Until all of the answer was sent; microseconds.</summary>
    [Id(9)] public long Duration { get; init; }

    /// <summary>The client's address as one number, IPv4 as IPv6 maps it; 0 when it is not known.</summary>
    [Id(10)] public UInt128 Address { get; init; }

    /// <summary>What the client says that it is; at most 256 characters.</summary>
    [Id(11)] public string Agent { get; init; } = "";

    /// <summary>The model that was asked for; empty for none. At most 256 characters.</summary>
    [Id(12)] public string Model { get; init; } = "";

    /// <summary>The pool that it was sent to; empty for none.</summary>
    [Id(13)] public string Pool { get; init; } = "";

    /// <summary>True when somebody decided about it, so that there is a decision id.</summary>
    [Id(14)] public bool IsDecided { get; init; }
}
