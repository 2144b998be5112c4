using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Limits;

/// <summary>What must hold of reservations that are settled by what was used, in every order and at any time.</summary>
public sealed class DebitHistoryProperties
{
    /// <param name="Gap">Time since the call before.</param>
    /// <param name="Reserved">What it reserves.</param>
    /// <param name="Used">What it uses.</param>
    /// <param name="EndsAfter">How many calls later it is settled.</param>
    private readonly record struct Call(TimeSpan Gap, long Reserved, long Used, int EndsAfter);

    private sealed class Running(TimeSpan admitted, Call call, int endsAt)
    {
        public TimeSpan Admitted => admitted;
        public Call Call => call;
        public int EndsAt => endsAt;

        /// <summary>What it counts for and since when: its reservation, or its use once it is settled.</summary>
        public List<(TimeSpan At, long Tokens)> Debits { get; set; } = [(admitted, call.Reserved)];
    }

    private static Gen<Call[]> Histories(bool beyond) =>
        (from gap in Draw.Gaps
         from reserved in Draw.Mostly(1, 5, 200)
         from used in Gen.Choose(0, beyond ? reserved * 2 + 5 : reserved)
         from endsAfter in Draw.Mostly(0, 4, 30)
         select new Call(gap, reserved, used, endsAfter)).ArrayOf();

    /// <summary>R1. Guards "a burst, then the rate" against calls that reserve much and use little.</summary>
    [Fact]
    public void R1_no_window_passes_more_than_capacity_plus_refill_when_calls_are_settled_in_any_order() =>
        Law.Holds(Draw.BucketLimits, Histories(beyond: false), (limit, history) =>
        {
            var calls = Play(limit, history, (_, _, _) => { });
            RateWindows.AssertNoneExceeds(limit, calls.Select(call => (call.Admitted, call.Call.Used)));
        });

    /// <summary>
    /// R5. Guards the level that is worked out again: it is the one that follows from what was used, where and when, no
    /// more and no less; use beyond the reservation included.
    /// </summary>
    [Fact]
    public void R5_the_level_is_what_the_settled_debits_leave() =>
        Law.Holds(Draw.BucketLimits, Histories(beyond: true), (limit, history) =>
        {
            Play(limit, history, (bucket, calls, now) => Assert.Equal(
                RateWindows.LevelAfter(limit, calls.SelectMany(call => call.Debits), now), (BigInteger)bucket.Credit));
        });

    /// <summary>
    /// Guards the reason to settle so: after the same calls there is never less than under the rule for what is out.
    /// </summary>
    [Fact]
    public void The_level_is_never_below_that_of_reservations_that_are_out() =>
        Law.Holds(Draw.BucketLimits, Histories(beyond: false), (limit, history) =>
        {
            var debits = new DebitHistory();
            var (settled, held) = (TokenBucket.Full(limit, TimeSpan.Zero), TokenBucket.Full(limit, TimeSpan.Zero));
            var running = new List<Running>();
            var now = TimeSpan.Zero;
            for (var i = 0; i < history.Length; i++)
            {
                now += history[i].Gap;
                (settled, held) = (settled.At(now, limit), held.At(now, limit));
                foreach (var call in running.Where(call => call.EndsAt == i))
                {
                    var (reserved, used) = (call.Call.Reserved, call.Call.Used);
                    var isLate = now - call.Admitted >= DebitHistory.HoldTime(limit);
                    settled = debits.Settle(settled, reserved, used, call.Admitted, limit);
                    held = held.Settle(reserved, isLate ? reserved : used, limit);
                }

                if (history[i].Reserved <= limit.Capacity && held.WaitFor(history[i].Reserved, limit) == TimeSpan.Zero)
                {
                    settled = debits.Take(settled, history[i].Reserved, limit);
                    held = held.Reserve(history[i].Reserved, limit);
                    running.Add(new Running(now, history[i], i + 1 + history[i].EndsAfter));
                }

                Assert.True(settled.Credit >= held.Credit, $"{settled} has less than {held}.");
            }
        });

    /// <summary>
    /// Guards memory and time: whatever is remembered, there are so many entries at most, and joining them is strict.
    /// </summary>
    [Fact]
    public void Debits_that_are_joined_leave_no_more_than_exact_ones_and_are_never_too_many() =>
        Law.Holds(
            Gen.Choose(0, 1_000_000).Zip(Gen.Choose(1, 40)).Zip(Gen.Choose(1, 60)),
            drawn =>
            {
                var ((seed, spread), seconds) = drawn;
                var limit = new BucketLimit(100_000, 100_000, TimeSpan.FromSeconds(seconds));
                var history = ManyCalls(limit, seed, spread);
                var calls = Play(limit, history, (bucket, calls, now) =>
                {
                    if (calls.Count % 97 == 0)
                    {
                        var exact = RateWindows.LevelAfter(limit, calls.SelectMany(call => call.Debits), now);
                        Assert.True(bucket.Credit <= exact, $"{bucket.Credit} is more than {exact}.");
                    }
                });
                RateWindows.AssertNoneExceeds(limit, calls.Select(call => (call.Admitted, call.Call.Used)));
            },
            tests: 40);

    private static Call[] ManyCalls(BucketLimit limit, int seed, int spread)
    {
        // Too many to be remembered one by one. Where the bucket is full at times, dates matter; where it never is, all
        // that was ever taken does.
        var random = new Random(seed);
        var largest = limit.Capacity / random.Next(100, 2_000);
        var gap = DebitHistory.HoldTime(limit).Ticks / 1_500;
        return [.. Enumerable.Range(0, 2_500).Select(_ =>
        {
            var reserved = random.NextInt64(1, largest);
            return new Call(
                TimeSpan.FromTicks(random.NextInt64(0, 2 * gap)),
                reserved,
                random.NextInt64(0, reserved + 1),
                random.Next(spread));
        })];
    }

    private static List<Running> Play(
        BucketLimit limit, Call[] history, Action<TokenBucket, List<Running>, TimeSpan> look)
    {
        var debits = new DebitHistory();
        var bucket = TokenBucket.Full(limit, TimeSpan.Zero);
        var calls = new List<Running>();
        var ending = new PriorityQueue<Running, int>();
        var now = TimeSpan.Zero;
        for (var i = 0; i < history.Length; i++)
        {
            now += history[i].Gap;
            bucket = bucket.At(now, limit);
            while (ending.TryPeek(out var call, out var endsAt) && endsAt <= i)
            {
                ending.Dequeue();
                bucket = Settle(debits, bucket, call, limit);
            }

            var reserved = history[i].Reserved;
            if (reserved <= limit.Capacity && bucket.WaitFor(reserved, limit) == TimeSpan.Zero)
            {
                bucket = debits.Take(bucket, reserved, limit);
                var admitted = new Running(now, history[i], i + 1 + history[i].EndsAfter);
                calls.Add(admitted);
                ending.Enqueue(admitted, admitted.EndsAt);
            }

            Assert.InRange(debits.Count, 0, DebitHistory.EntriesMax);
            look(bucket, calls, now);
        }

        return calls;
    }

    private static TokenBucket Settle(DebitHistory debits, TokenBucket bucket, Running call, BucketLimit limit)
    {
        var beyond = call.Call.Used - call.Call.Reserved;
        var isLate = bucket.AsOf - call.Admitted >= DebitHistory.HoldTime(limit);
        call.Debits = !isLate ? [(call.Admitted, call.Call.Used)]
            : beyond > 0 ? [.. call.Debits, (bucket.AsOf, beyond)]
            : call.Debits;
        return debits.Settle(bucket, call.Call.Reserved, call.Call.Used, call.Admitted, limit);
    }
}
