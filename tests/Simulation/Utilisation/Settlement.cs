using System.Collections.Immutable;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;

namespace Sluice.Simulation.Utilisation;

/// <summary>How a rate of tokens learns that a call used less than it reserved.</summary>
internal abstract class Settlement
{
    /// <summary>Every way there is, by the name of its column.</summary>
    internal static readonly IReadOnlyList<(string Name, Func<BucketLimit, Settlement> Make)> All =
    [
        ("no refund", limit => new NoRefund(limit)),
        ("out rule", limit => new OutRule(limit)),
        ("retroactive", limit => new Retroactive(limit)),
        ("naive", limit => new Naive(limit)),
    ];

    /// <summary>Whether the call is admitted; then it has reserved its tokens.</summary>
    internal abstract bool Admit(long call, long reserved, TimeSpan now);

    /// <summary>The call used so many tokens.</summary>
    internal abstract void Settle(long call, long reserved, long used, TimeSpan admitted, TimeSpan now);

    /// <summary>What is reserved is spent.</summary>
    private sealed class NoRefund(BucketLimit limit) : Settlement
    {
        private TokenBucket _bucket = TokenBucket.Full(limit, TimeSpan.Zero);

        internal override bool Admit(long call, long reserved, TimeSpan now)
        {
            _bucket = _bucket.At(now, limit);
            if (_bucket.WaitFor(reserved, limit) != TimeSpan.Zero)
            {
                return false;
            }

            _bucket = _bucket.Take(reserved, limit);
            return true;
        }

        internal override void Settle(long call, long reserved, long used, TimeSpan admitted, TimeSpan now)
        {
            if (used > reserved)
            {
                _bucket = _bucket.At(now, limit).Take(used - reserved, limit);
            }
        }
    }

    /// <summary>What is reserved is out, and leaves no room to refill until the call has ended.</summary>
    private sealed class OutRule(BucketLimit limit) : Settlement
    {
        private TokenBucket _bucket = TokenBucket.Full(limit, TimeSpan.Zero);

        internal override bool Admit(long call, long reserved, TimeSpan now)
        {
            _bucket = _bucket.At(now, limit);
            if (_bucket.WaitFor(reserved, limit) != TimeSpan.Zero)
            {
                return false;
            }

            _bucket = _bucket.Reserve(reserved, limit);
            return true;
        }

        internal override void Settle(long call, long reserved, long used, TimeSpan admitted, TimeSpan now) =>
            _bucket = _bucket.At(now, limit).Settle(reserved, used, limit);
    }

    /// <summary>The product: its own rules of admission and completion.</summary>
    private sealed class Retroactive(BucketLimit limit) : Settlement
    {
        private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        private readonly ClientPolicy _policy = (ClientPolicy.Nobody with { SlotTtl = TimeSpan.FromDays(1) })
            .WithLimits(
            [
                new Limit("tokens", LimitKind.Rate, limit.Refill, limit.Capacity, limit.Period, Units.TotalTokens),
            ]);

        private ClientState? _client;

        internal override bool Admit(long call, long reserved, TimeSpan now)
        {
            _client ??= ClientState.Begin(_policy, ImmutableDictionary<string, Quota>.Empty, At(TimeSpan.Zero));
            return AdmissionRules.Hold(_client, Id(call), new Costs(reserved, 0), _policy, At(now))
                .Verdict is Verdict.Admitted;
        }

        internal override void Settle(long call, long reserved, long used, TimeSpan admitted, TimeSpan now) =>
            AdmissionRules.Complete(
                _client!, Id(call), new Ending(EndingKind.Used, new Costs(used, 0)), _policy, At(now));

        private static Moment At(TimeSpan elapsed) => new(elapsed, Start + elapsed);

        private static RequestId Id(long call) => new(1, call);
    }

    /// <summary>What peers do: all that was not used comes back, whatever refilled in its place meanwhile.</summary>
    private sealed class Naive(BucketLimit limit) : Settlement
    {
        private TokenBucket _bucket = TokenBucket.Full(limit, TimeSpan.Zero);

        internal override bool Admit(long call, long reserved, TimeSpan now)
        {
            _bucket = _bucket.At(now, limit);
            if (_bucket.WaitFor(reserved, limit) != TimeSpan.Zero)
            {
                return false;
            }

            _bucket = _bucket.Take(reserved, limit);
            return true;
        }

        internal override void Settle(long call, long reserved, long used, TimeSpan admitted, TimeSpan now)
        {
            var bucket = _bucket.At(now, limit);
            var full = limit.Capacity * limit.Period.Ticks;
            var credit = bucket.Credit + (reserved - used) * limit.Period.Ticks;
            _bucket = bucket with { Credit = Math.Min(full, credit) };
        }
    }
}
