namespace Sluice.Grains.Abstractions.Clients;

/// <summary>
/// How the keys of one client are replaced by newer versions of them; the same grain as
/// <see cref="IClientAdministration"/>, which issues and revokes them. The grain key is the client id.
/// </summary>
/// <remarks>
/// A change is stored before it is answered and in force for the next request. Every call may be repeated. A refusal is
/// a <see cref="ChangeOutcome"/>; an exception means that the outcome is unknown. No secret is on this wire but sealed.
/// </remarks>
[Alias("sluice.IClientKeys")]
public interface IClientKeys : IGrainWithStringKey
{
    /// <summary>
    /// Makes a new version of a key, which takes over later. The same rotation asked for again is the same version and
    /// the same secret.
    /// </summary>
    [Alias("Rotate")]
    Task<RotationReply> Rotate(RotateKeyRequest request);

    /// <summary>
    /// Replaces a key that is no longer secret: its new version works at once, and all others are revoked. The same
    /// rotation asked for again is the same version and the same secret.
    /// </summary>
    [Alias("RotateAtOnce")]
    Task<RotationReply> RotateAtOnce(RotateKeyRequest request);

    /// <summary>
    /// The secret of a rotation, as often as it is asked for, until it is acknowledged or its time is over:
    /// <see cref="ChangeOutcome.Gone"/> then.
    /// </summary>
    [Alias("FetchSecret")]
    Task<RotationReply> FetchSecret(RotationRef rotation);

    /// <summary>The secret has arrived: from here on nobody gets it any more.</summary>
    [Alias("Acknowledge")]
    Task<ChangeReply> Acknowledge(RotationRef rotation);

    /// <summary>Gives a rotation up whose version has not taken its predecessor's place.</summary>
    [Alias("Cancel")]
    Task<ChangeReply> Cancel(RotationRef rotation);

    /// <summary>
    /// Moves the end of the overlap of a version that was replaced: later, never beyond its own end, because somebody
    /// still uses it, or earlier, because nobody does.
    /// </summary>
    [Alias("RetireAt")]
    Task<ChangeReply> RetireAt(RetireKeyRequest request);

    /// <summary>
    /// Every key version that is remembered, oldest first, and where it is in its life; null when there is no such
    /// client.
    /// </summary>
    [Alias("ListVersions"), AlwaysInterleave]
    ValueTask<KeyVersionStatus[]?> ListVersions();
}

/// <summary>A key to be rotated.</summary>
[GenerateSerializer, Immutable, Alias("sluice.RotateKeyRequest")]
public sealed record RotateKeyRequest
{
    /// <summary>The key.</summary>
    [Id(0)] public required string KeyId { get; init; }

    /// <summary>Names the rotation, within the key: 1 to 64 of A-Z, a-z, 0-9, '-' and '_'.</summary>
    [Id(1)] public required string RotationId { get; init; }

    /// <summary>The version that is to be replaced; 0: whichever is the primary.</summary>
    [Id(2)] public int ExpectedVersion { get; init; }

    /// <summary>How long the new version lives; 1 minute to 90 days. Zero: what the plan says.</summary>
    [Id(3)] public TimeSpan Lifetime { get; init; }

    /// <summary>
    /// What the key is for, in the operator's words; at most 200 characters. Null: what its last version says.
    /// </summary>
    [Id(4)] public string? Label { get; init; }

    /// <summary>Why it is replaced at once, in the operator's words; at most 200 characters, may be empty.</summary>
    [Id(5)] public string Reason { get; init; } = "";
}

/// <param name="KeyId">The key.</param>
/// <param name="RotationId">Its rotation.</param>
[GenerateSerializer, Immutable, Alias("sluice.RotationRef")]
public readonly record struct RotationRef([property: Id(0)] string KeyId, [property: Id(1)] string RotationId);

/// <summary>A version whose overlap ends at another time.</summary>
/// <param name="Version">The version; 1 or more.</param>
/// <param name="At">From when on it is refused; a time that is past means now.</param>
[GenerateSerializer, Immutable, Alias("sluice.RetireKeyRequest")]
public readonly record struct RetireKeyRequest([property: Id(0)] int Version, [property: Id(1)] DateTimeOffset At);

/// <summary>What there is of a rotation.</summary>
[GenerateSerializer, Immutable, Alias("sluice.RotationReply")]
public sealed record RotationReply
{
    /// <summary>How the change ended; nothing else is said of a refusal.</summary>
    [Id(0)] public required ChangeReply Reply { get; init; }

    /// <summary>True: it was asked for before, and nothing has changed.</summary>
    [Id(1)] public bool IsRepeated { get; init; }

    /// <summary>The version that it made; null for a refusal.</summary>
    [Id(2)] public KeyVersionStatus? Version { get; init; }

    /// <summary>The new secret, sealed; null when it was acknowledged, or its time is over.</summary>
    [Id(3)] public string? SealedSecret { get; init; }

    /// <summary>What its seal names as its place; null when there is no secret.</summary>
    [Id(4)] public string? Place { get; init; }
}

/// <summary>Where a key version is in its life. Values are wire: they are only ever added to.</summary>
[GenerateSerializer, Alias("sluice.KeyLife")]
public enum KeyLife
{
    /// <summary>Never sent: a zero on the wire is a mistake.</summary>
    None = 0,

    /// <summary>It will take its predecessor's place; it may be accepted already.</summary>
    Pending = 1,

    /// <summary>The primary of its key.</summary>
    Active = 2,

    /// <summary>A newer one has its place, and it is accepted for a while still.</summary>
    Retiring = 3,

    /// <summary>Refused, because a newer one took its place.</summary>
    Retired = 4,

    /// <summary>Refused, because its time is over.</summary>
    Expired = 5,

    /// <summary>It was given up before it took its predecessor's place.</summary>
    Cancelled = 6,

    /// <summary>Refused for good, because somebody said so.</summary>
    Revoked = 7,
}

/// <summary>A key version and what becomes of it. Never its secret.</summary>
[GenerateSerializer, Immutable, Alias("sluice.KeyVersionStatus")]
public sealed record KeyVersionStatus
{
    /// <summary>What is stored of it.</summary>
    [Id(0)] public required KeyVersionInfo Info { get; init; }

    /// <summary>Where it is in its life.</summary>
    [Id(1)] public required KeyLife Life { get; init; }

    /// <summary>16 hexadecimal digits by which two people can tell that they mean the same version.</summary>
    [Id(2)] public required string Fingerprint { get; init; }

    /// <summary>
    /// When it takes its predecessor's place, or took it; null: nobody can know yet, because its secret is not fetched.
    /// </summary>
    [Id(3)] public DateTimeOffset? ActivatesAt { get; init; }

    /// <summary>When it is refused from by what is known now; null when it is refused already.</summary>
    [Id(4)] public DateTimeOffset? AcceptedUntil { get; init; }

    /// <summary>Until when its secret can be fetched; null when it cannot.</summary>
    [Id(5)] public DateTimeOffset? SecretUntil { get; init; }

    /// <summary>When it was accepted first; null when it never was.</summary>
    [Id(6)] public DateTimeOffset? FirstUsedAt { get; init; }

    /// <summary>When it was accepted last; null when it never was.</summary>
    [Id(7)] public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Calls that it was right for, about; 0 or more.</summary>
    [Id(8)] public long Uses { get; init; }

    /// <summary>When it was presented last though it was refused; null when it never was.</summary>
    [Id(9)] public DateTimeOffset? LastRefusedAt { get; init; }

    /// <summary>How often it was presented though it was refused, about; 0 or more.</summary>
    [Id(10)] public long Refusals { get; init; }

    /// <summary>True: its key ends within two weeks, and nothing is about to take its place.</summary>
    [Id(11)] public bool EndsSoon { get; init; }

    /// <summary>When its key is rotated by itself; null when it is not, or not the primary.</summary>
    [Id(12)] public DateTimeOffset? RotatesAt { get; init; }

    /// <summary>When a newer one took its place; null when none has, or it is refused already.</summary>
    [Id(13)] public DateTimeOffset? ReplacedAt { get; init; }
}
