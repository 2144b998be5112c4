namespace Sluice.Grains.Abstractions.Clients;

/// <summary>A new key version to be stored.</summary>
[GenerateSerializer, Immutable, Alias("sluice.IssueKeyRequest")]
public sealed record IssueKeyRequest
{
    /// <summary>
    /// SHA-256 of the new secret, 32 bytes. The secret is shown once by whoever made it, and kept by nobody.
    /// </summary>
    [Id(0)] public required byte[] SecretDigest { get; init; }

    /// <summary>How long the version works; 1 minute to 90 days. Zero means 90 days.</summary>
    [Id(1)] public TimeSpan Lifetime { get; init; }

    /// <summary>What the key is for, in the operator's words; at most 200 characters, may be empty.</summary>
    [Id(2)] public string Label { get; init; } = "";
}

/// <param name="Reply">How the change ended.</param>
/// <param name="Version">The version that the key's text must name; 0 when the change was refused.</param>
/// <param name="ExpiresAt">When the version ends; meaningless when the change was refused.</param>
[GenerateSerializer, Immutable, Alias("sluice.IssueKeyReply")]
public readonly record struct IssueKeyReply(
    [property: Id(0)] ChangeReply Reply,
    [property: Id(1)] int Version,
    [property: Id(2)] DateTimeOffset ExpiresAt);

/// <summary>A key version to be ended.</summary>
[GenerateSerializer, Immutable, Alias("sluice.RevokeKeyRequest")]
public sealed record RevokeKeyRequest
{
    /// <summary>The version to revoke; 1 or more.</summary>
    [Id(0)] public required int Version { get; init; }

    /// <summary>Why, in the operator's words; at most 200 characters, may be empty.</summary>
    [Id(1)] public string Reason { get; init; } = "";
}

/// <summary>What is known of a key version. Never its secret, nor anything made from it.</summary>
[GenerateSerializer, Immutable, Alias("sluice.KeyVersionInfo")]
public sealed record KeyVersionInfo
{
    /// <summary>Counts the client's key versions; 1 or more.</summary>
    [Id(0)] public required int Version { get; init; }

    /// <summary>The logical key that this is a version of.</summary>
    [Id(1)] public required string KeyId { get; init; }

    /// <summary>What the key is for, in the operator's words; may be empty.</summary>
    [Id(2)] public string Label { get; init; } = "";

    /// <summary>When it was issued.</summary>
    [Id(3)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends by itself.</summary>
    [Id(4)] public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was revoked; null when it was not.</summary>
    [Id(5)] public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Why it was revoked; may be empty.</summary>
    [Id(6)] public string RevokedReason { get; init; } = "";

    /// <summary>Its part in rotations; null when it never had one.</summary>
    [Id(9)] public KeyRotationInfo? Rotation { get; init; }
}

/// <summary>What a version of a key has to do with rotations.</summary>
[GenerateSerializer, Immutable, Alias("sluice.KeyRotationInfo")]
public sealed record KeyRotationInfo
{
    /// <summary>The rotation that made it; empty: it is the first of its key.</summary>
    [Id(0)] public string RotationId { get; init; } = "";

    /// <summary>When it takes its predecessor's place; null: it had it from the beginning.</summary>
    [Id(1)] public DateTimeOffset? ActivatesAt { get; init; }

    /// <summary>True: it is accepted before that too.</summary>
    [Id(2)] public bool AcceptedEarly { get; init; }

    /// <summary>How long its predecessor is accepted beside it; zero or more.</summary>
    [Id(3)] public TimeSpan Overlap { get; init; }

    /// <summary>When it is refused though its successor's overlap says otherwise; null: the overlap counts.</summary>
    [Id(4)] public DateTimeOffset? RetiresAt { get; init; }

    /// <summary>When it was given up; null when it was not.</summary>
    [Id(5)] public DateTimeOffset? CancelledAt { get; init; }

    /// <summary>Until when its secret must be fetched, or it is given up; null: whoever asked for it has it.</summary>
    [Id(6)] public DateTimeOffset? FetchBy { get; init; }

    /// <summary>When its secret was fetched first; null when it was not, or need not be.</summary>
    [Id(7)] public DateTimeOffset? FetchedAt { get; init; }
}
