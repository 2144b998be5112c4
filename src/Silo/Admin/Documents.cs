using System.ComponentModel;
using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Silo.Admin;

/// <summary>One page of a list.</summary>
/// <param name="Items">In the order of their ids.</param>
/// <param name="Next">What to send as <c>after</c> for the next page; null when this is the last.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

internal sealed record TenantDocument(
    [property: Description("1 to 63 of a-z, 0-9 and '-'.")] string Tenant,
    [property: Description("A name for people; at most 200 characters.")] string? DisplayName = null,
    [property: Description("The configuration file that owns it; null when the admin API does.")]
    string? OwnedBy = null);

internal sealed record LimitDocument(
    [property: Description("Unique in its plan; a client's own limit replaces its plan's of the same name.")]
    string Name,
    [property: Description("rate, concurrency or quota.")] string Kind,
    [property: Description("Per period for a rate, at once for concurrency, per calendar period for a quota.")]
    long Amount,
    [property: Description("A rate's capacity: most at once. Left out: the amount.")] long? Burst = null,
    [property: Description("A rate's period: a whole number followed by ms, s, m, h or d.")] string? Period = null,
    [property: Description("A quota's calendar period: month.")] string? Calendar = null);

internal sealed record ModelsDocument(
    [property: Description("Models that may be used: names, or beginnings followed by '*'.")]
    IReadOnlyList<string>? Use,
    [property: Description("Models that may be seen besides, and not used.")] IReadOnlyList<string>? See = null);

internal sealed record PlanDocument(
    [property: Description("1 to 63 of a-z, 0-9 and '-'.")] string Plan,
    ModelsDocument? Models = null,
    IReadOnlyList<LimitDocument>? Limits = null,
    [property: Description("Counts the plan's changes; given by the plan.")] long? Version = null,
    [property: Description("The configuration file that owns it; null when the admin API does.")]
    string? OwnedBy = null,
    [property: Description(
        "Whether edges of busy clients may fetch parts of the limits and spend them by themselves. Left out: true.")]
    bool? Chunks = null);

internal sealed record NewClientDocument(
    string Tenant,
    [property: Description("Unique in its tenant; 1 to 63 of a-z, 0-9 and '-'.")] string Name,
    string Plan,
    [property: Description("user, admin, developer or auditor. Left out: user.")] string? Role = null,
    IReadOnlyList<LimitDocument>? Limits = null);

internal sealed record ClientChangeDocument(
    [property: Description("Left out: unchanged.")] string? Plan = null,
    [property: Description("Left out: unchanged.")] string? Role = null,
    [property: Description("True: its keys are refused with 403. Left out: unchanged.")] bool? Suspended = null,
    [property: Description("The client's own limits, all of them. Left out: unchanged.")]
    IReadOnlyList<LimitDocument>? Limits = null);

internal sealed record ClientDocument(
    [property: Description("12 characters of base 62; made from the tenant and the name.")] string Id,
    string Tenant,
    string Name,
    string Plan,
    string Role,
    bool Suspended,
    IReadOnlyList<LimitDocument> Limits,
    string? OwnedBy);

internal sealed record NewKeyDocument(
    [property: Description("What the key is for; at most 200 characters.")] string? Label = null,
    [property: Description("How long it works, 1m to 90d. Left out: 90d.")] string? Lifetime = null);

internal sealed record IssuedKeyDocument(
    int Version,
    [property: Description("The key itself. It is shown this once and cannot be shown again.")] string Key,
    DateTimeOffset ExpiresAt);

internal sealed record RevocationDocument(
    [property: Description("Why; at most 200 characters.")] string? Reason = null);

internal sealed record KeyDocument(
    int Version,
    string KeyId,
    string Label,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? RevokedAt,
    string? RevokedReason)
{
    public static KeyDocument Of(KeyVersionInfo key) => new(
        key.Version, key.KeyId, key.Label, key.CreatedAt, key.ExpiresAt, key.RevokedAt,
        key.RevokedAt is null ? null : key.RevokedReason);
}

internal sealed record LimitStateDocument(
    string Name, string Kind, long Limit, long Used, long Remaining, double ResetSeconds, long? Reserved);

internal sealed record SlotDocument(string RequestId, double ExpiresInSeconds);

internal sealed record ClientStateDocument(
    long Epoch,
    string Plan,
    long PlanVersion,
    IReadOnlyList<LimitStateDocument> Limits,
    IReadOnlyList<SlotDocument> Slots);
