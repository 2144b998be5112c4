using System.ComponentModel;
using System.Text.Json;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Silo.Configuration;

namespace Sluice.Silo.Admin;

internal sealed record KeyDocument(
    int Version,
    string KeyId,
    string Label,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? RevokedAt,
    string? RevokedReason,
    [property: Description("pending, active (the key's primary), retiring (accepted beside it), or refused: retired, " +
        "expired, cancelled, revoked.")]
    string State,
    [property: Description("By this two people can tell that they mean the same version.")]
    string Fingerprint,
    [property: Description("The rotation that made it; null when it is the first of its key.")] string? RotationId,
    [property: Description("When it takes its predecessor's place, or took it; null while nobody has its secret.")]
    DateTimeOffset? ActivatesAt,
    [property: Description("When it is refused from by what is known now; null when it is refused already.")]
    DateTimeOffset? AcceptedUntil,
    [property: Description("Until when its secret can be fetched; null when it cannot.")] DateTimeOffset? SecretUntil,
    [property: Description("When its key is rotated by itself; null when it is not.")] DateTimeOffset? RotatesAt,
    DateTimeOffset? FirstUsedAt,
    DateTimeOffset? LastUsedAt,
    [property: Description("Calls that it was right for. A silo that is killed forgets those of ten minutes at most.")]
    long Uses,
    DateTimeOffset? LastRefusedAt,
    [property: Description("How often it was presented though it was refused.")] long Refusals,
    [property: Description("What somebody should do about it; null when nothing.")] string? Warning)
{
    public static KeyDocument Of(KeyVersionStatus status) => new(
        status.Info.Version,
        status.Info.KeyId,
        status.Info.Label,
        status.Info.CreatedAt,
        status.Info.ExpiresAt,
        status.Info.RevokedAt,
        status.Info.RevokedAt is null ? null : status.Info.RevokedReason,
        JsonNamingPolicy.CamelCase.ConvertName(status.Life.ToString()),
        status.Fingerprint,
        status.Info.Rotation is { RotationId.Length: > 0 } rotation ? rotation.RotationId : null,
        status.ActivatesAt,
        status.AcceptedUntil,
        status.SecretUntil,
        status.RotatesAt,
        status.FirstUsedAt,
        status.LastUsedAt,
        status.Uses,
        status.LastRefusedAt,
        status.Refusals,
        WarningOf(status));

    private static string? WarningOf(KeyVersionStatus status) => status switch
    {
        { Info.Rotation: { FetchBy: { } by, FetchedAt: null }, Life: KeyLife.Pending } =>
            $"Nobody has fetched its secret. At {by:O} it is given up.",
        { EndsSoon: true } => $"It ends at {status.Info.ExpiresAt:O}, and nothing takes its place: rotate it.",
        { Life: KeyLife.Retiring, LastUsedAt: { } last, ReplacedAt: { } replaced } when last > replaced =>
            $"It is used still. From {status.AcceptedUntil:O} on it is refused: have its users switch, or move that.",
        { Life: KeyLife.Retired, LastRefusedAt: { } refused } =>
            $"Somebody presented it at {refused:O}, who was not told of the newer one or should not have it.",
        _ => null,
    };
}

internal sealed record KeyRotationDocument(
    [property: Description("How often a key is rotated by itself: 1h to 90d; 0s: only when asked. Left out: 30d.")]
    string? Interval = null,
    [property: Description("How long after a rotation the new version takes over, 0s to 30d. Left out: 24h.")]
    string? ActivationDelay = null,
    [property: Description("How long the old version is accepted from then on, 0s to 90d. Left out: 7d.")]
    string? Overlap = null,
    [property: Description("Whether the new version is accepted before it takes over, and does so with its first " +
        "use. Left out: true.")]
    bool? AcceptEarly = null,
    [property: Description("Ended versions of a key that are remembered, 0 to 20. Left out: 3.")] int? Retention = null,
    [property: Description("The overlap ends early once the old version was not used for so long, 1m to 90d, and the " +
        "new one was. Left out: it does not.")]
    string? Quiet = null,
    [property: Description("How long a version lives that a rotation makes, 1m to 90d. Left out: 90d.")]
    string? Lifetime = null)
{
    public static KeyRotationDocument? Of(RotationDefinition? said)
    {
        if (said is null)
        {
            return null;
        }

        var text = RotationText.Of(said);
        return new KeyRotationDocument(
            text.Interval, text.ActivationDelay, text.Overlap, text.AcceptEarly, said.Retention, text.Quiet,
            text.Lifetime);
    }

    public RotationText ToText() => new()
    {
        Interval = Interval,
        ActivationDelay = ActivationDelay,
        Overlap = Overlap,
        AcceptEarly = AcceptEarly,
        Retention = Retention,
        Quiet = Quiet,
        Lifetime = Lifetime,
    };
}

internal sealed record NewRotationDocument(
    [property: Description("Names the rotation: 1 to 64 of A-Z, a-z, 0-9, '-' and '_'. The same one is the same " +
        "rotation again, with the same secret. Left out: one that is new, which a repeat does not find.")]
    string? RotationId = null,
    [property: Description("The version that is to be replaced; 409 if it is not the primary. Left out: the primary.")]
    int? ExpectedVersion = null,
    [property: Description("How long the new version works, 1m to 90d. Left out: what the plan says.")]
    string? Lifetime = null,
    [property: Description("What the key is for; at most 200 characters. Left out: as before.")] string? Label = null);

internal sealed record EmergencyDocument(
    [property: Description("As of a rotation; required, so that a repeat does not replace the key once more.")]
    string? RotationId = null,
    [property: Description("Why; at most 200 characters.")] string? Reason = null,
    [property: Description("How long the new version works, 1m to 90d. Left out: what the plan says.")]
    string? Lifetime = null,
    [property: Description("What the key is for; at most 200 characters. Left out: as before.")] string? Label = null);

internal sealed record RotationDocument(
    string RotationId,
    KeyDocument Version,
    [property: Description("The new key itself; null once it was acknowledged or its time is over.")] string? Key);

internal sealed record KeyChangeDocument(
    [property: Description("When a version that a newer one has replaced is refused from; not behind its own end.")]
    DateTimeOffset? RetiresAt = null);

internal sealed record DeliveryDocument(
    string ClientId,
    string Tenant,
    string Name,
    string KeyId,
    int Version,
    string RotationId,
    [property: Description("Until when it can be fetched.")] DateTimeOffset SecretUntil,
    [property: Description("False: nobody asked for it, and nobody has fetched it yet.")] bool Fetched);
