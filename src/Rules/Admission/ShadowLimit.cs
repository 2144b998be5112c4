using System.Collections.Immutable;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <summary>
/// A limit on trial. It counts what it would count if it were in force beside the others, and refuses nobody: it is a
/// client of its own that has this limit alone.
/// </summary>
/// <param name="Limit">The limit as it is written.</param>
/// <param name="Alone">A policy of this limit, enforced, and no other.</param>
public sealed record ShadowLimit(Limit Limit, ClientPolicy Alone)
{
    // A call ends in a shadow when it ends in the client, never by a time of its own.
    private static readonly TimeSpan SlotTtl = TimeSpan.FromDays(36_500);

    public static ShadowLimit Of(Limit limit, TimeZoneInfo? zone) => new(
        limit,
        (ClientPolicy.Nobody with { SlotTtl = SlotTtl }).WithLimits([limit with { Shadow = false }], zone));
}

/// <summary>What a limit on trial has counted. One owner changes it in place.</summary>
public sealed class ShadowState
{
    private ShadowState(ClientState alone, long refusals) => (Alone, Refusals) = (alone, refusals);

    /// <summary>What it would have in use, under <see cref="ShadowLimit.Alone"/>.</summary>
    public ClientState Alone { get; }

    /// <summary>Calls that were admitted and that it would have refused, since it was begun; 0 or more.</summary>
    public long Refusals { get; private set; }

    public static ShadowState Begin(ShadowLimit limit, Moment now) => new(
        ClientState.Begin(limit.Alone, ImmutableDictionary<string, Quota>.Empty, now), refusals: 0);

    public ShadowState Copy() => new(Alone.Copy(), Refusals);

    /// <summary>The same under another limit of the same name, counted on as a change of plan counts on.</summary>
    internal ShadowState Under(ShadowLimit next, ShadowLimit before, Moment now) =>
        new(Alone.Under(next.Alone, before.Alone, now), Refusals);

    internal void WouldRefuse() => Refusals++;
}
