using System.Collections.Immutable;
using Sluice.Rules.Keys;
using Sluice.Rules.Limits;
using Sluice.Rules.Policies;

namespace Sluice.Rules.Admission;

/// <param name="Name">The limit's name.</param>
/// <param name="Bucket">Its burst and rate.</param>
/// <param name="Unit">What its tokens are, see <see cref="Units"/>; null is requests.</param>
public readonly record struct RateLimit(string Name, BucketLimit Bucket, string? Unit = null)
{
    /// <summary>What it is stored under: in another unit it is another rate.</summary>
    public string Key => Units.IsMetered(Unit) ? $"{Name}/{Unit}" : Name;
}

/// <param name="Name">The limit's name.</param>
/// <param name="Amount">At once, or per calendar period.</param>
/// <param name="Unit">What a quota counts, see <see cref="Units"/>; null is requests.</param>
/// <param name="Calendar">A quota's periods.</param>
public readonly record struct CountLimit(
    string Name, long Amount, string? Unit = null, QuotaCalendar Calendar = default)
{
    /// <summary>
    /// What a quota's count is kept under, also where it is stored: in another unit or span it is another count.
    /// </summary>
    public string Key => !Units.IsMetered(Unit) && Calendar.Span is QuotaSpan.Month
        ? Name
        : $"{Name}/{(Units.IsMetered(Unit) ? Unit : Units.Requests)}/{Calendar.Span}";
}

/// <summary>Everything about a client that is decided elsewhere and stands still during a decision.</summary>
public sealed record ClientPolicy
{
    public required KeyRing Keys { get; init; }

    public required ModelAccess Models { get; init; }

    /// <summary>True: every request is refused, whatever the limits.</summary>
    public required bool Suspended { get; init; }

    public required ImmutableArray<RateLimit> Rates { get; init; }

    public required ImmutableArray<CountLimit> Concurrency { get; init; }

    public required ImmutableArray<CountLimit> Quotas { get; init; }

    /// <summary>How long a slot stays taken when its edge says nothing.</summary>
    public required TimeSpan SlotTtl { get; init; }

    /// <summary>Replaces the limits by these, which must be valid.</summary>
    /// <param name="limits">The limits in force.</param>
    /// <param name="zone">The zone of quotas' calendar periods; null is UTC.</param>
    public ClientPolicy WithLimits(ImmutableArray<Limit> limits, TimeZoneInfo? zone = null) => this with
    {
        Rates = [.. from limit in limits
                    where limit.Kind is LimitKind.Rate
                    let capacity = LimitRules.CapacityOf(limit)
                    let bucket = new BucketLimit(capacity, limit.Amount, limit.Period)
                    select new RateLimit(limit.Name, bucket, limit.Unit)],
        Concurrency = [.. from limit in limits
                          where limit.Kind is LimitKind.Concurrency
                          select new CountLimit(limit.Name, limit.Amount)],
        Quotas = [.. from limit in limits
                     where limit.Kind is LimitKind.Quota
                     let calendar = new QuotaCalendar(limit.Span, zone)
                     select new CountLimit(limit.Name, limit.Amount, limit.Unit, calendar)],
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
