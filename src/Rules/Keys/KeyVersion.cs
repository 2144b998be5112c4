using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Sluice.Rules.Keys;

/// <summary>One version of a key, as it is kept.</summary>
/// <param name="Version">1 or more; strictly increasing within a client.</param>
/// <param name="KeyId">The logical key it is a version of.</param>
/// <param name="Mac">
/// Keyed HMAC-SHA256 of the secret's digest, 32 bytes: a leaked table cannot even confirm a guess.
/// </param>
/// <param name="CreatedAt">When it was issued.</param>
/// <param name="ExpiresAt">From here on it is refused.</param>
/// <param name="RevokedAt">When it was revoked; null when it was not.</param>
/// <param name="RevokedReason">In the operator's words.</param>
/// <param name="Label">In the operator's words.</param>
public sealed record KeyVersion(
    int Version,
    string KeyId,
    ImmutableArray<byte> Mac,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? RevokedAt,
    string RevokedReason,
    string Label)
{
    /// <summary>The rotation that made it; empty: it is the first of its key.</summary>
    public string RotationId { get; init; } = "";

    /// <summary>When it takes its predecessor's place; null: it had it from the beginning.</summary>
    public DateTimeOffset? ActivatesAt { get; init; }

    /// <summary>True: it is accepted before that too, so that who switches early is not refused.</summary>
    public bool AcceptedEarly { get; init; }

    /// <summary>How long its predecessor is accepted beside it; zero or more.</summary>
    public TimeSpan Overlap { get; init; }

    /// <summary>When it is refused though its successor's overlap says otherwise; null: the overlap counts.</summary>
    public DateTimeOffset? RetiresAt { get; init; }

    /// <summary>When it was given up before it took its predecessor's place; null when it was not.</summary>
    public DateTimeOffset? CancelledAt { get; init; }

    /// <summary>
    /// Until when somebody must have fetched its secret, or it is given up; null: whoever asked for it has it.
    /// </summary>
    public DateTimeOffset? FetchBy { get; init; }

    /// <summary>When its secret was fetched first; null when it was not, or need not be.</summary>
    public DateTimeOffset? FetchedAt { get; init; }

    /// <summary>
    /// When it is, or would have been, its key's primary. Never while nobody has its secret: who uses its predecessor
    /// would be refused later, and could not have switched.
    /// </summary>
    public DateTimeOffset Activation =>
        FetchBy is null ? ActivatesAt ?? CreatedAt
        : FetchedAt is not { } fetched ? DateTimeOffset.MaxValue
        : ActivatesAt > fetched ? ActivatesAt.Value
        : fetched;

    /// <summary>
    /// What two people can compare to know that they mean the same version: 16 hexadecimal digits that follow from what
    /// is stored of its secret. Without the silo's own key nobody can work it out, from the secret neither.
    /// </summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Mac.AsSpan()).AsSpan(0, 8));

    /// <summary>Whether nobody has fetched its secret while it could be fetched.</summary>
    public bool IsForgottenAt(DateTimeOffset now) => FetchedAt is null && FetchBy is { } by && now >= by;

    /// <summary>Whether it was its key's primary at some time up to this one.</summary>
    public bool WasPrimary(DateTimeOffset now) =>
        Activation <= now && Activation < ExpiresAt && CancelledAt is null && !(RevokedAt < Activation);
}
