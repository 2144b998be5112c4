using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Sluice.Silo.Admin;

/// <summary>One page of a list.</summary>
/// <param name="Items">In the order of their ids.</param>
/// <param name="Next">What to send as <c>after</c> for the next page; null when this is the last.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

internal sealed record TenantDocument(
    [property: Description("1 to 63 of a-z, 0-9 and '-'.")] string Tenant,
    [property: Description("A name for people; at most 200 characters.")] string? DisplayName = null,
    [property: Description("The configuration file that owns it; null when the admin API does.")]
    string? OwnedBy = null,
    [property: Description(
        "The IANA name of the time zone that its and its clients' quotas are counted by. Left out: UTC.")]
    string? TimeZone = null,
    [property: Description("What all its clients together are held to, beside their own limits. Left out: nothing.")]
    IReadOnlyList<LimitDocument>? Limits = null,
    [property: Description("Counts the tenant's changes; given by the tenant.")] long? Version = null);

internal sealed record TenantStateDocument(
    [property: Description("The activation that counts; 0 when the tenant never had limits.")] long Epoch,
    long Version,
    IReadOnlyList<LimitStateDocument> Limits,
    [property: Description("Calls of all its clients that run now.")] int Calls);

internal sealed record LimitDocument(
    [property: Description("Unique in its plan; a client's own limit replaces its plan's of the same name.")]
    string Name,
    [property: Description("rate, concurrency or quota.")] string? Kind = null,
    [property: Description("Per period for a rate, at once for concurrency, per calendar period for a quota.")]
    long? Amount = null,
    [property: Description("A rate's capacity: most at once. Left out: the amount.")] long? Burst = null,
    [property: Description("A rate's period: a whole number followed by ms, s, m, h or d.")] string? Period = null,
    [property: Description("A quota's calendar period: second, minute, hour, day, week or month. Left out: month.")]
    string? Calendar = null,
    [property: Description("What a rate or a quota counts: requests, tokens (input and output together), " +
        "input-tokens, output-tokens, images, pages, cost, or a name of your own. Left out: requests.")]
    string? Unit = null,
    [property: Description("A whole rate in one text, in place of kind, amount, unit, burst and period: " +
        "'100000 tokens/min burst 200000'. Answers say it in those members.")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? Rate = null,
    [property: Description("A whole quota in one text, in place of kind, amount, unit and calendar: " +
        "'50 pages/day'. Answers say it in those members.")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? Quota = null)
{
    [Description("True: the limit is on trial; it is evaluated and reported, and refuses nobody. Left out: false.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Shadow { get; init; }

    [Description("Models whose calls it counts: names, or beginnings followed by '*'. Left out: all. A call must fit " +
        "one entry of each list that is there; the lists have 64 entries at most.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Models { get; init; }

    [Description("Endpoints whose calls it counts: paths behind /v1/, such as chat/completions. Left out: all.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Endpoints { get; init; }

    [Description("Versions of the client's keys whose calls it counts. Left out: all.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? Keys { get; init; }

    [Description("Networks or addresses whose calls it counts, such as 10.0.0.0/8. Left out: all.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Addresses { get; init; }
}

internal sealed record ModelsDocument(
    [property: Description("Models that may be used: names, or beginnings followed by '*'.")]
    IReadOnlyList<string>? Use,
    [property: Description("Models that may be seen besides, and not used.")] IReadOnlyList<string>? See = null);

internal sealed record DegradedDocument(
    [property: Description("open, or closed: nothing is admitted while a client's silo cannot be reached.")]
    string Mode,
    [property: Description("Open: of how much time the rates may be spent, over all edges; 1ms to 60s. Left out: 2s.")]
    string? RateTime = null,
    [property: Description("Open: for how long after the first failure, 1ms to 30s. Left out: 30s.")]
    string? Grace = null,
    [property: Description("Open: how long ago the key was verified at most, 1ms to 60s. Left out: 60s.")]
    string? VerifiedWithin = null);

internal sealed record PlanDocument(
    [property: Description("1 to 63 of a-z, 0-9 and '-'.")] string Plan,
    ModelsDocument? Models = null,
    IReadOnlyList<LimitDocument>? Limits = null,
    [property: Description("What edges may do while a client's silo cannot be reached. Left out: closed.")]
    DegradedDocument? Degraded = null,
    [property: Description("Counts the plan's changes; given by the plan.")] long? Version = null,
    [property: Description("The configuration file that owns it; null when the admin API does.")]
    string? OwnedBy = null,
    [property: Description(
        "strict: an edge that cannot renew the slots of calls ends them. lenient: they go on, and more may run at once "
        + "than the limit says. Left out: strict.")]
    string? Fence = null,
    [property: Description(
        "Whether edges of busy clients may fetch parts of the limits and spend them by themselves. Left out: true.")]
    bool? Chunks = null,
    [property: Description("True: calls reserve all tokens that they may answer, so that no limit of tokens is ever " +
        "passed. Left out: what the client's answers seldom pass.")]
    bool? ReserveFullCap = null,
    [property: Description("True: no call is admitted that could not be logged, so that the usage log has every one. " +
        "Left out: false.")]
    bool? Metered = null,
    [property: Description("True: a stream that has used more tokens than it reserved ends with finish_reason length " +
        "once a limit of tokens is used up. Left out: false, and what it uses is a debt.")]
    bool? StopStreams = null,
    [property: Description("How keys of its clients are rotated. Left out: only when somebody asks.")]
    KeyRotationDocument? Rotation = null,
    [property: Description("What calls cost, for limits that count cost; the closest entry counts. Left out: nothing.")]
    IReadOnlyList<PriceDocument>? Prices = null);

internal sealed record PriceDocument(
    [property: Description("A model's name, or a beginning followed by *; * for all others.")] string Models,
    [property: Description("Millionths of the currency for a million tokens of input.")] long Input = 0,
    [property: Description("Millionths of the currency for a million tokens of output.")] long Output = 0,
    [property: Description("Millionths of the currency for each call.")] long Request = 0,
    [property: Description("Millionths of the currency for each image.")] long Image = 0,
    [property: Description("Millionths of the currency for each page.")] long Page = 0);

internal sealed record NewClientDocument(
    string Tenant,
    [property: Description("Unique in its tenant; 1 to 63 of a-z, 0-9 and '-'.")] string Name,
    string Plan,
    [property: Description("A role, as GET /roles tells them. Left out: user.")] string? Role = null,
    IReadOnlyList<LimitDocument>? Limits = null,
    [property: Description(NewClientDocument.AddressesDescription)] IReadOnlyList<string?>? AllowedAddresses = null,
    [property: Description(NewClientDocument.ReplayDescription)] string? Replay = null)
{
    internal const string ReplayDescription =
        "off; key: each call needs an Idempotency-Key that is good once an hour; nonce: a UUID of version 7, which is "
        + "good once for ever. Left out: off.";

    internal const string AddressesDescription =
        "Networks or addresses that its keys and tokens may be used from, such as 10.0.0.0/8; at most 64. Left out or "
        + "empty: everywhere.";
}

internal sealed record ClientChangeDocument(
    [property: Description("Left out: unchanged.")] string? Plan = null,
    [property: Description("Left out: unchanged.")] string? Role = null,
    [property: Description("True: its keys are refused with 403. Left out: unchanged.")] bool? Suspended = null,
    [property: Description("The client's own limits, all of them. Left out: unchanged.")]
    IReadOnlyList<LimitDocument>? Limits = null,
    [property: Description(
        "Networks that its keys and tokens may be used from; empty: everywhere. Left out: unchanged.")]
    IReadOnlyList<string?>? AllowedAddresses = null,
    [property: Description("off, key or nonce. Left out: unchanged.")] string? Replay = null);

internal sealed record ClientDocument(
    [property: Description("12 characters of base 62; made from the tenant and the name.")] string Id,
    string Tenant,
    string Name,
    string Plan,
    string Role,
    bool Suspended,
    IReadOnlyList<LimitDocument> Limits,
    string? OwnedBy,
    [property: Description(NewClientDocument.AddressesDescription)] IReadOnlyList<string> AllowedAddresses,
    [property: Description(NewClientDocument.ReplayDescription)] string Replay);

internal sealed record NewKeyDocument(
    [property: Description("What the key is for; at most 200 characters.")] string? Label = null,
    [property: Description("How long it works, 1m to 90d. Left out: 90d.")] string? Lifetime = null);

internal sealed record IssuedKeyDocument(
    int Version,
    [property: Description("The key itself. It is shown this once and cannot be shown again.")] string Key,
    DateTimeOffset ExpiresAt);

internal sealed record RevocationDocument(
    [property: Description("Why; at most 200 characters.")] string? Reason = null);

internal sealed record LimitStateDocument(
    string Name, string Kind, string Unit, long Limit, long Used, long Remaining, double ResetSeconds, long? Reserved);

internal sealed record ShadowLimitStateDocument(
    string Name,
    string Kind,
    string Unit,
    long Limit,
    long Used,
    long Remaining,
    [property: Description("Admitted calls that it would have refused, since the client was loaded or it began.")]
    long WouldRefuse);

internal sealed record SlotDocument(string RequestId, double ExpiresInSeconds);

internal sealed record ClientStateDocument(
    long Epoch,
    string Plan,
    long PlanVersion,
    IReadOnlyList<LimitStateDocument> Limits,
    IReadOnlyList<SlotDocument> Slots,
    [property: Description("Limits on trial, which refuse nobody.")]
    IReadOnlyList<ShadowLimitStateDocument> ShadowLimits);
