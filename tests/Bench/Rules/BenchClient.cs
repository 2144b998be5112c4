using System.Collections.Immutable;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Keys;
using Sluice.Rules.Limits;
using Sluice.Rules.Policies;

namespace Sluice.Bench.Rules;

/// <summary>A client with one key and wide limits, and a clock that the benchmark moves.</summary>
internal sealed class BenchClient
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ImmutableArray<byte> Mac = [.. Enumerable.Repeat((byte)7, 32)];
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public static readonly Limit[] OnRequests =
    [
        new("per-minute", LimitKind.Rate, 1_000_000_000, 0, Minute),
        new("at-once", LimitKind.Concurrency, 1_000, 0, TimeSpan.Zero),
        new("per-month", LimitKind.Quota, 1_000_000_000_000, 0, TimeSpan.Zero),
    ];

    public static readonly Limit[] OnEverything =
    [
        .. OnRequests,
        new("per-second", LimitKind.Rate, 1_000_000, 0, TimeSpan.FromSeconds(1)),
        new("tokens-per-minute", LimitKind.Rate, 100_000_000_000, 0, Minute, Units.TotalTokens),
        new("output-per-minute", LimitKind.Rate, 100_000_000_000, 0, Minute, Units.OutputTokens),
        new("images-per-minute", LimitKind.Rate, 1_000_000_000, 0, Minute, "images"),
        new("tokens-per-day", LimitKind.Quota, 1_000_000_000_000, 0, TimeSpan.Zero, Units.TotalTokens, QuotaSpan.Day),
    ];

    private TimeSpan _elapsed;
    private long _lastSequence;

    public BenchClient(params Limit[] limits)
    {
        Policy = (ClientPolicy.Nobody with
        {
            Keys = KeyRing.Empty.Issue(Mac, TimeSpan.FromDays(90), "", Start).Next,
            Models = new ModelAccess(["qwen-*"], []),
        }).WithLimits([.. limits]);
        State = ClientState.Begin(
            Policy,
            Policy.Quotas.ToDictionary(
                quota => quota.Key, quota => new Quota(quota.Calendar.PeriodOf(Start), 0, quota.Amount)),
            Now);
    }

    public ClientPolicy Policy { get; }

    public ClientState State { get; }

    public Moment Now => new(_elapsed, Start + _elapsed);

    /// <summary>A microsecond later.</summary>
    public Moment Next()
    {
        _elapsed += TimeSpan.FromMicroseconds(1);
        return Now;
    }

    public AdmissionRequest Ask(Costs costs = default) =>
        new(new RequestId(1, ++_lastSequence), KeyVersion: 1, Mac.AsMemory(), "qwen-max", costs);
}
