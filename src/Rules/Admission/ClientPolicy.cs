using System.Collections.Immutable;
using Sluice.Rules.Keys;
using Sluice.Rules.Limits;
using Sluice.Rules.Policies;

namespace Sluice.Rules.Admission;

/// <param name="Name">The limit's name.</param>
/// <param name="Bucket">Its burst and rate.</param>
public readonly record struct RateLimit(string Name, BucketLimit Bucket);

/// <param name="Name">The limit's name.</param>
/// <param name="Amount">At once, or per month.</param>
public readonly record struct CountLimit(string Name, long Amount);

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
    public ClientPolicy WithLimits(ImmutableArray<Limit> limits) => this with
    {
        Rates = [.. from limit in limits
                    where limit.Kind is LimitKind.Rate
                    let capacity = LimitRules.CapacityOf(limit)
                    select new RateLimit(limit.Name, new BucketLimit(capacity, limit.Amount, limit.Period))],
        Concurrency = CountsOf(limits, LimitKind.Concurrency),
        Quotas = CountsOf(limits, LimitKind.Quota),
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

    private static ImmutableArray<CountLimit> CountsOf(ImmutableArray<Limit> limits, LimitKind kind) =>
        [.. from limit in limits where limit.Kind == kind select new CountLimit(limit.Name, limit.Amount)];
}
