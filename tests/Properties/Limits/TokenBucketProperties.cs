using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Limits;

/// <summary>What must hold for every rate and every history, whatever the bucket is made of.</summary>
public sealed class TokenBucketProperties
{
    /// <summary>A call: how long after the one before, what it takes, how many calls later it is given back.</summary>
    private readonly record struct Call(TimeSpan Gap, long Tokens, int? ReturnedAfter);

    /// <summary>
    /// A call that reserves: what it really uses, at most its reservation, and how many calls later it ends.
    /// </summary>
    private readonly record struct ReservingCall(TimeSpan Gap, long Reserved, long Used, int EndsAfter);

    private static readonly Gen<Call[]> Histories =
        (from gap in Draw.Gaps
         from tokens in Draw.Mostly(1, 5, 200)
         from returned in Draw.OneIn(3)
         from after in Gen.Choose(0, 6)
         select new Call(gap, tokens, returned ? after : null)).ArrayOf();

    private static readonly Gen<ReservingCall[]> ReservingHistories =
        (from gap in Draw.Gaps
         from reserved in Draw.Mostly(1, 5, 200)
         from used in Gen.Choose(0, reserved)
         from endsAfter in Gen.Choose(0, 6)
         select new ReservingCall(gap, reserved, used, endsAfter)).ArrayOf();

    /// <summary>
    /// R1. Guards the promise "a burst, then the rate", with any calls given back that no pool ever saw.
    /// </summary>
    [Fact]
    public void No_window_passes_more_than_capacity_plus_refill() =>
        Law.Holds(
            Draw.BucketLimits.Zip(Histories),
            drawn => AssertNoWindowExceeds(drawn.Item1, Play(drawn.Item1, drawn.Item2)));

    /// <summary>R1. Guards the same promise against calls that reserve much, use little and last long.</summary>
    [Fact]
    public void No_window_passes_more_than_capacity_plus_refill_whatever_is_reserved() =>
        Law.Holds(
            Draw.BucketLimits.Zip(ReservingHistories),
            drawn => AssertNoWindowExceeds(drawn.Item1, PlayReserving(drawn.Item1, drawn.Item2)));

    /// <summary>
    /// R5. Guards against a formula that is wrong in the code and in the law: this one is written differently.
    /// </summary>
    [Fact]
    public void The_bucket_decides_as_the_theoretical_arrival_time_does() =>
        Law.Holds(Draw.BucketLimits.Zip(Histories), drawn =>
        {
            var (limit, history) = drawn;
            var bucket = TokenBucket.Full(limit, TimeSpan.Zero);
            var tat = new TatBucket(limit);
            var now = TimeSpan.Zero;
            foreach (var call in history)
            {
                now += call.Gap;
                bucket = bucket.At(now, limit);
                tat.MoveTo(now);
                var tokens = Math.Min(call.Tokens, limit.Capacity);
                Assert.Equal(tat.WaitFor(tokens), bucket.WaitFor(tokens, limit));
                if (bucket.WaitFor(tokens, limit) == TimeSpan.Zero)
                {
                    bucket = bucket.Take(tokens, limit);
                    tat.Take(tokens);
                }

                if (call.ReturnedAfter is not null)
                {
                    bucket = bucket.Refund(1, now, limit);
                    tat.Refund(1);
                }
            }
        });

    /// <summary>
    /// R4. Guards clients that wait exactly as long as they were told, and against telling them too long.
    /// </summary>
    [Fact]
    public void The_named_wait_is_enough_and_one_tick_less_is_not() =>
        Law.Holds(Draw.BucketLimits.Zip(Histories).Zip(Gen.Choose(1, 200)), drawn =>
        {
            var ((limit, history), asked) = drawn;
            var spent = history.Sum(call => call.Tokens);
            var tokens = Math.Min(asked, limit.Capacity);
            var bucket = TokenBucket.Full(limit, TimeSpan.Zero).Take(spent, limit);

            var wait = bucket.WaitFor(tokens, limit)!.Value;

            Assert.Equal(TimeSpan.Zero, bucket.At(wait, limit).WaitFor(tokens, limit));
            if (wait > TimeSpan.Zero)
            {
                var tick = TimeSpan.FromTicks(1);
                Assert.Equal(tick, bucket.At(wait - tick, limit).WaitFor(tokens, limit));
            }
        });

    /// <summary>
    /// Guards the wait that is said to be unknown: no time at all makes room that running calls hold.
    /// </summary>
    [Fact]
    public void An_unknown_wait_is_one_that_time_alone_never_ends() =>
        Law.Holds(Draw.BucketLimits.Zip(Gen.Choose(0, 200)).Zip(Gen.Choose(1, 200)), drawn =>
        {
            var ((limit, held), asked) = drawn;
            var tokens = Math.Min(asked, limit.Capacity);
            var bucket = TokenBucket.Full(limit, TimeSpan.Zero).Reserve(Math.Min(held, limit.Capacity), limit);

            var ever = bucket.At(TimeSpan.FromDays(365), limit).WaitFor(tokens, limit) == TimeSpan.Zero;

            Assert.Equal(ever, bucket.WaitFor(tokens, limit) is not null);
        });

    /// <summary>R7. Guards against a clock that steps back or jumps: only time that truly passed refills.</summary>
    [Fact]
    public void Time_that_steps_about_refills_no_more_than_the_furthest_it_reached() =>
        Law.Holds(Draw.BucketLimits.Zip(Gen.Choose(-20_000_000, 20_000_000).ArrayOf()), drawn =>
        {
            var (limit, steps) = drawn;
            var empty = TokenBucket.Full(limit, TimeSpan.Zero).Take(limit.Capacity, limit);
            var (bucket, now, furthest) = (empty, TimeSpan.Zero, TimeSpan.Zero);
            foreach (var step in steps)
            {
                now += TimeSpan.FromTicks(step);
                furthest = now > furthest ? now : furthest;
                bucket = bucket.At(now, limit);
            }

            var refilled = (Int128)furthest.Ticks * limit.Refill;
            var full = (Int128)limit.Capacity * limit.Period.Ticks;
            Assert.Equal(Int128.Min(refilled, full), bucket.Credit);
        });

    [Fact]
    public void A_bucket_left_alone_is_full_after_the_time_it_names_and_not_before() =>
        Law.Holds(Draw.BucketLimits.Zip(Gen.Choose(1, 400)), drawn =>
        {
            var (limit, spent) = drawn;
            var bucket = TokenBucket.Full(limit, TimeSpan.Zero).Take(spent, limit);

            var untilFull = bucket.UntilFull(limit);

            Assert.Equal(TokenBucket.Full(limit, untilFull), bucket.At(untilFull, limit));
            Assert.NotEqual(limit.Capacity, bucket.At(untilFull - TimeSpan.FromTicks(1), limit).Remaining(limit));
        });

    /// <summary>
    /// R9. Guards against changing plans to and fro for tokens, and against a change that refuses what fitted.
    /// </summary>
    [Fact]
    public void Another_limit_neither_adds_tokens_nor_takes_whole_ones_that_fit() =>
        Law.Holds(Draw.BucketLimits.Zip(Draw.BucketLimits).Zip(Gen.Choose(0, 400)).Zip(Draw.Gaps), drawn =>
        {
            var (((before, after), spent), gap) = drawn;
            var bucket = TokenBucket.Full(before, TimeSpan.Zero).Take(spent, before).At(gap, before);

            var moved = bucket.Under(after, before);
            var back = moved.Under(before, after);

            var (tokensBefore, tokensAfter) = // Times both periods, so that nothing is divided.
                ((BigInteger)bucket.Credit * after.Period.Ticks, (BigInteger)moved.Credit * before.Period.Ticks);
            Assert.True(tokensAfter <= tokensBefore);
            Assert.Equal(Math.Min(bucket.Remaining(before), after.Capacity), moved.Remaining(after));
            Assert.True(back.Credit <= bucket.Credit);
            Assert.Equal(bucket.AsOf, moved.AsOf);
        });

    private static List<(TimeSpan At, long Tokens)> Play(BucketLimit limit, Call[] history)
    {
        var bucket = TokenBucket.Full(limit, TimeSpan.Zero);
        var returning = new List<(int At, TimeSpan Taken, long Tokens)>();
        var passed = new List<(TimeSpan, long)>();
        var now = TimeSpan.Zero;
        for (var i = 0; i < history.Length; i++)
        {
            now += history[i].Gap;
            bucket = bucket.At(now, limit);
            bucket = returning.Where(r => r.At == i)
                .Aggregate(bucket, (b, r) => b.Refund(r.Tokens, r.Taken, limit));
            var tokens = Math.Min(history[i].Tokens, limit.Capacity);
            if (bucket.WaitFor(tokens, limit) != TimeSpan.Zero)
            {
                continue;
            }

            bucket = bucket.Take(tokens, limit);
            if (history[i].ReturnedAfter is { } after)
            {
                returning.Add((i + 1 + after, now, tokens));
            }
            else
            {
                passed.Add((now, tokens));
            }
        }

        return passed;
    }

    private static List<(TimeSpan At, long Tokens)> PlayReserving(BucketLimit limit, ReservingCall[] history)
    {
        var bucket = TokenBucket.Full(limit, TimeSpan.Zero);
        var running = new List<(int EndsAt, ReservingCall Call)>();
        var passed = new List<(TimeSpan, long)>();
        var now = TimeSpan.Zero;
        for (var i = 0; i < history.Length; i++)
        {
            var call = history[i];
            now += call.Gap;
            bucket = bucket.At(now, limit);
            bucket = running.Where(r => r.EndsAt == i)
                .Aggregate(bucket, (b, r) => b.Settle(r.Call.Reserved, r.Call.Used, limit));
            if (call.Reserved <= limit.Capacity && bucket.WaitFor(call.Reserved, limit) == TimeSpan.Zero)
            {
                bucket = bucket.Reserve(call.Reserved, limit);
                running.Add((i + 1 + call.EndsAfter, call));
                passed.Add((now, call.Used));
            }
        }

        return passed;
    }

    private static void AssertNoWindowExceeds(BucketLimit limit, List<(TimeSpan At, long Tokens)> passed)
    {
        for (var first = 0; first < passed.Count; first++)
        {
            BigInteger tokens = 0;
            for (var last = first; last < passed.Count; last++)
            {
                tokens += passed[last].Tokens;
                BigInteger length = (passed[last].At - passed[first].At).Ticks;
                var allowed = (BigInteger)limit.Capacity * limit.Period.Ticks + length * limit.Refill;
                Assert.True(tokens * limit.Period.Ticks <= allowed, $"{tokens} tokens passed within {length} ticks.");
            }
        }
    }
}
