namespace Sluice.Grains.Abstractions.Tokens;

/// <summary>
/// The public keys of one client, and who it is by a signature of theirs. The grain key is the client's id.
/// </summary>
/// <remarks>A change is stored before it is answered. An exception means that the outcome is unknown.</remarks>
[Alias("sluice.IClientAssertionGrain")]
public interface IClientAssertionGrain : IGrainWithStringKey
{
    /// <summary>Judges what a client has signed. What was found right once is not right again.</summary>
    /// <param name="assertion">A signed text; at most 8192 characters.</param>
    [Alias("Authenticate")]
    Task<AssertionReply> Authenticate(string assertion);

    /// <summary>Replaces the client's public keys.</summary>
    /// <param name="keySet">A JSON Web Key Set of at most 8 keys, none of them secret; none takes all away.</param>
    [Alias("SetPublicKeys")]
    Task<ChangeReply> SetPublicKeys(string keySet);

    /// <summary>The client's public keys; null when there is no such client.</summary>
    [Alias("ListPublicKeys")]
    Task<PublicKeyInfo[]?> ListPublicKeys();
}

/// <summary>How an assertion was judged. Values are wire: they are only ever added to.</summary>
[GenerateSerializer, Alias("sluice.AssertionOutcome")]
public enum AssertionOutcome
{
    /// <summary>No outcome. Never sent: a zero on the wire is a mistake.</summary>
    None = 0,

    /// <summary>It is the client's.</summary>
    Authenticated = 1,

    /// <summary>It is not good, or was used before.</summary>
    Refused = 2,

    /// <summary>It is the client's, and the client is suspended.</summary>
    ClientSuspended = 3,

    /// <summary>Too many came; after <see cref="AssertionReply.RetryAfter"/> again.</summary>
    TooMany = 4,
}

/// <summary>The answer to an assertion.</summary>
[GenerateSerializer, Immutable, Alias("sluice.AssertionReply")]
public sealed record AssertionReply
{
    /// <summary>How it was judged.</summary>
    [Id(0)] public required AssertionOutcome Outcome { get; init; }

    /// <summary>The client's tenant; empty where it was refused.</summary>
    [Id(3)] public string Tenant { get; init; } = "";

    /// <summary>How long to wait before asking again; zero when waiting does not help.</summary>
    [Id(6)] public TimeSpan RetryAfter { get; init; }
}

/// <summary>What operators are told of a client's public key.</summary>
[GenerateSerializer, Immutable, Alias("sluice.PublicKeyInfo")]
public sealed record PublicKeyInfo
{
    /// <summary>What assertions name it by: <c>kid</c>.</summary>
    [Id(0)] public required string KeyId { get; init; }

    /// <summary>Such as <c>ES256</c>.</summary>
    [Id(3)] public required string Algorithm { get; init; }

    /// <summary>SHA-256 over its required members (RFC 7638).</summary>
    [Id(6)] public required string Thumbprint { get; init; }
}
