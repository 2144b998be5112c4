using System.Collections.Immutable;
using Sluice.Rules.Credentials;
using Sluice.Rules.Keys;
using Sluice.Rules.Limits;
using Sluice.Rules.Policies;

namespace Sluice.Rules.Admission;

/// <param name="Name">The limit's name.</param>
/// <param name="Bucket">Its burst and rate.</param>
/// <param name="Unit">What its tokens are, see <see cref="Units"/>; null is requests.</param>
public readonly record struct RateLimit(string Name, BucketLimit Bucket, string? Unit = null)
{
    /// <summary>Which calls it counts; null is all.</summary>
    public LimitScope? Scope { get; init; }

    /// <summary>What it is stored under: in another unit it is another rate.</summary>
    public string Key => Units.IsMetered(Unit) ? $"{Name}/{Unit}" : Name;

    /// <summary>What a call costs of it; 0 when it does not count the call.</summary>
    public long CostOf(in Costs costs) => costs.Of(Unit, Scope);
}

/// <param name="Name">The limit's name.</param>
/// <param name="Amount">At once, or per calendar period.</param>
/// <param name="Unit">What a quota counts, see <see cref="Units"/>; null is requests.</param>
/// <param name="Calendar">A quota's periods.</param>
public readonly record struct CountLimit(
    string Name, long Amount, string? Unit = null, QuotaCalendar Calendar = default)
{
    /// <summary>Which calls it counts; null is all.</summary>
    public LimitScope? Scope { get; init; }

    /// <summary>What a call costs of it; 0 when it does not count the call.</summary>
    public long CostOf(in Costs costs) => costs.Of(Unit, Scope);

    /// <summary>
    /// What a quota's count is kept under, also where it is stored: in another unit or span it is another count.
    /// </summary>
    public string Key => !Units.IsMetered(Unit) && Calendar.Span is QuotaSpan.Month
        ? Name
        : $"{Name}/{(Units.IsMetered(Unit) ? Unit : Units.Requests)}/{Calendar.Span}";

    /// <summary>The span of the count that is kept under a <see cref="Key"/>; null when none is.</summary>
    public static QuotaSpan? SpanOf(string key)
    {
        var last = key.LastIndexOf('/');
        if (last < 0)
        {
            return QuotaSpan.Month;
        }

        foreach (var span in Enum.GetValues<QuotaSpan>())
        {
            if (key.AsSpan(last + 1).SequenceEqual(span.ToString()))
            {
                return span;
            }
        }

        return null;
    }
}

/// <summary>Everything about a client that is decided elsewhere and stands still during a decision.</summary>
public sealed record ClientPolicy
{
    public required KeyRing Keys { get; init; }

    public required ModelAccess Models { get; init; }

    /// <summary>
    /// True: there is such a client. A token that was issued for no key of its is judged by this and its suspension.
    /// </summary>
    public bool IsClient { get; init; }

    /// <summary>What the client's role allows; null: every call that its plan allows.</summary>
    public Grants? Calls { get; init; }

    /// <summary>Where the client's credentials may be used from; null: everywhere.</summary>
    public AddressList? Addresses { get; init; }

    /// <summary>True: every request is refused, whatever the limits.</summary>
    public required bool Suspended { get; init; }

    public required ImmutableArray<RateLimit> Rates { get; init; }

    public required ImmutableArray<CountLimit> Concurrency { get; init; }

    public required ImmutableArray<CountLimit> Quotas { get; init; }

    /// <summary>Limits on trial: they decide nothing. At most 128, a plan's and a client's own.</summary>
    public ImmutableArray<ShadowLimit> Shadows { get; init; } = [];

    /// <summary>True: some limit counts some calls only, and must be told what a call is.</summary>
    public bool HasScopes { get; private init; }

    /// <summary>How long a slot stays taken when its edge says nothing.</summary>
    public required TimeSpan SlotTtl { get; init; }

    /// <summary>Replaces the limits by these, which must be valid.</summary>
    /// <param name="limits">The limits in force.</param>
    /// <param name="zone">The zone of quotas' calendar periods; null is UTC.</param>
    public ClientPolicy WithLimits(ImmutableArray<Limit> limits, TimeZoneInfo? zone = null) => this with
    {
        HasScopes = limits.Any(static limit => limit.Scope is not null),
        Shadows = [.. from limit in limits where limit.Shadow select ShadowLimit.Of(limit, zone)],
        Rates = [.. from limit in limits
                    where limit.Kind is LimitKind.Rate && !limit.Shadow
                    let capacity = LimitRules.CapacityOf(limit)
                    let bucket = new BucketLimit(capacity, limit.Amount, limit.Period)
                    select new RateLimit(limit.Name, bucket, limit.Unit) { Scope = limit.Scope }],
        Concurrency = [.. from limit in limits
                          where limit.Kind is LimitKind.Concurrency && !limit.Shadow
                          select new CountLimit(limit.Name, limit.Amount) { Scope = limit.Scope }],
        Quotas = [.. from limit in limits
                     where limit.Kind is LimitKind.Quota && !limit.Shadow
                     let calendar = new QuotaCalendar(limit.Span, zone)
                     select new CountLimit(limit.Name, limit.Amount, limit.Unit, calendar)
                     {
                         Scope = limit.Scope,
                     }],
    };

    /// <summary>No client: every key is unknown to it.</summary>
    public static readonly ClientPolicy Nobody = new()
    {
        Keys = KeyRing.Empty,
        Models = ModelAccess.None,
        Suspended = false,
        Rates = [],
        Concurrency = [],
        Quotas = [],
        SlotTtl = TimeSpan.FromSeconds(15),
    };
}
