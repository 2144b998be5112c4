namespace Sluice.Grains.Abstractions.Clients;

/// <summary>One model call that asks to be let through.</summary>
[GenerateSerializer, Immutable, Alias("sluice.AdmitRequest")]
public sealed record AdmitRequest
{
    /// <summary>Chosen by the edge, one per call. A repeat is answered like the first and charged once.</summary>
    [Id(0)] public required RequestId RequestId { get; init; }

    /// <summary>The version that the presented key names; 1 or more.</summary>
    [Id(1)] public required int KeyVersion { get; init; }

    /// <summary>SHA-256 of the presented secret, 32 bytes. The secret itself never leaves the edge.</summary>
    [Id(2)] public required byte[] SecretDigest { get; init; }

    /// <summary>The model that the body names; 1 to 256 characters.</summary>
    [Id(3)] public required string Model { get; init; }

    /// <summary>
    /// Calls of this client that ended before, told along with this request and counted before it; at most 64. They are
    /// heard when the answer is any other than <see cref="Verdict.Pending"/>.
    /// </summary>
    [Id(4)] public Completion[] Completes { get; init; } = [];

    /// <summary>
    /// Tokens that the model will read at most, as estimated from the body; 0 or more. 0 when it is not known.
    /// </summary>
    [Id(5)] public long InputUpper { get; init; }

    /// <summary>
    /// Tokens of all answers together at most: what the body states, or what the model answers at most; 0 or more. 0
    /// when it is not known, or when the answer has no tokens.
    /// </summary>
    [Id(6)] public long OutputCap { get; init; }

    /// <summary>Images in the request, those at remote addresses included; 0 or more.</summary>
    [Id(7)] public long Images { get; init; }

    /// <summary>
    /// Pages of the documents in the request; the most there may be where nobody can count them. 0 or more.
    /// </summary>
    [Id(8)] public long Pages { get; init; }

    /// <summary>
    /// Requests of this client that came to this edge in the last 250 ms, when it would rather have a
    /// <see cref="ChunkGrant"/> than ask for each; 0 when it would not.
    /// </summary>
    [Id(9)] public long ChunkDemand { get; init; }

    /// <summary>
    /// What this edge has admitted of the client without its grain and no grain has taken yet; null when there is none.
    /// </summary>
    [Id(11)] public DegradedDebt? Debt { get; init; }

    /// <summary>The endpoint that is called: the path behind <c>/v1/</c>. Empty when it is not known.</summary>
    [Id(12)] public string Endpoint { get; init; } = "";

    /// <summary>
    /// Where the call came from: the bits of an IPv6 address, first byte highest; an IPv4 address as one that IPv6
    /// maps. 0 when it is not known.
    /// </summary>
    [Id(13)] public UInt128 ClientAddress { get; init; }

    /// <summary>The <see cref="DegradedTerms"/> that this edge knows; 0 when it knows none.</summary>
    [Id(14)] public long TermsVersion { get; init; }

    /// <summary>
    /// The access token that was presented in place of a key, and that the edge has found right; null for a key. Then
    /// <see cref="SecretDigest"/> is not of a secret, and is not judged.
    /// </summary>
    [Id(16)] public TokenUse? Token { get; init; }

    /// <summary>True: it asks to be served before others.</summary>
    [Id(19)] public bool Priority { get; init; }
}

/// <summary>A key that asks who it is.</summary>
[GenerateSerializer, Immutable, Alias("sluice.IdentifyRequest")]
public sealed record IdentifyRequest
{
    /// <summary>The version that the presented key names; 1 or more.</summary>
    [Id(0)] public required int KeyVersion { get; init; }

    /// <summary>SHA-256 of the presented secret, 32 bytes. The secret itself never leaves the caller.</summary>
    [Id(1)] public required byte[] SecretDigest { get; init; }

    /// <summary>A token in place of a key, as in <see cref="AdmitRequest.Token"/>; null for a key.</summary>
    [Id(4)] public TokenUse? Token { get; init; }

    /// <summary>
    /// Where it is used from, as <see cref="AdmitRequest.ClientAddress"/>; null where somebody asks for themselves.
    /// </summary>
    [Id(5)] public UInt128? ClientAddress { get; init; }
}

/// <summary>An access token that was found right, as far as it matters to its client's grain.</summary>
[GenerateSerializer, Immutable, Alias("sluice.TokenUse")]
public sealed record TokenUse
{
    /// <summary>Patterns of the models that it leaves to its client; empty: all.</summary>
    [Id(0)] public string[] Models { get; init; } = [];

    /// <summary>The roles that it claims, which must allow a call too; null: it claims none.</summary>
    [Id(1)] public string[]? Roles { get; init; }
}
