using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Limits;

/// <summary>What must hold of a rate that is stored ahead, whoever crashes or goes on without knowing better.</summary>
public sealed class RateCeilingProperties
{
    private enum Act
    {
        Spend,
        Return,
        Store,
        Grant,
        SpendChunk,
        Replace,
        Crash,
    }

    /// <param name="Act">What happens.</param>
    /// <param name="Owner">Which of the owners that live: 0 is the newest.</param>
    /// <param name="Tokens">Tokens spent, or granted to an edge.</param>
    /// <param name="IsLost">True: the answer of the ledger does not arrive.</param>
    /// <param name="Gap">Time since the event before.</param>
    private readonly record struct Event(Act Act, int Owner, long Tokens, bool IsLost, TimeSpan Gap);

    private sealed class Owner(int epoch, RecoveredRate begun)
    {
        public int Epoch => epoch;
        public TokenBucket Bucket { get; set; } = begun.Bucket;
        public RateCeiling Ceiling { get; set; } = begun.Ceiling;
        public Stack<(TimeSpan At, long Tokens)> Returnable { get; } = new();
        public Queue<(TimeSpan Until, long Tokens)> Out { get; } = new();

        public void MoveTo(TimeSpan now, BucketLimit limit)
        {
            while (Out.TryPeek(out var chunk) && chunk.Until <= now)
            {
                Out.Dequeue();
                Bucket = Bucket.At(chunk.Until, limit).Settle(chunk.Tokens, chunk.Tokens, limit);
            }

            (Bucket, Ceiling) = (Bucket.At(now, limit), Ceiling.At(now, limit));
        }
    }

    private static readonly Gen<Event[]> Histories =
        (from act in Gen.Frequency(
            (10, Gen.Constant(Act.Spend)),
            (1, Gen.Constant(Act.Return)),
            (5, Gen.Constant(Act.Store)),
            (3, Gen.Constant(Act.Grant)),
            (5, Gen.Constant(Act.SpendChunk)),
            (2, Gen.Constant(Act.Replace)),
            (1, Gen.Constant(Act.Crash)))
         from owner in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Constant(1)), (1, Gen.Constant(2)))
         from tokens in Draw.Mostly(1, 5, 200)
         from isLost in Draw.OneIn(5)
         from gap in Draw.Gaps
         select new Event(act, owner, tokens, isLost, gap)).ArrayOf(60);

    /// <summary>
    /// R1 and F1, with any crash and with up to three owners that all believe they are the one: together, and with all
    /// that edges spend of their chunks, they pass no more than one would.
    /// </summary>
    [Fact]
    public void R1_no_window_passes_more_than_capacity_plus_refill_over_all_owners() =>
        Law.Holds(Draw.BucketLimits, Histories, (limit, history) =>
        {
            RateWindows.AssertNoneExceeds(limit, Play(limit, history));
        });

    /// <summary>Guards the client: what is stored opens what was asked for, in the same moment.</summary>
    [Fact]
    public void What_was_asked_for_is_open_once_it_is_stored() =>
        Law.Holds(Draw.BucketLimits.Zip(Gen.Choose(0, 200)).Zip(Gen.Choose(1, 200)).Zip(Draw.Gaps), drawn =>
        {
            var (((limit, spent), asked), gap) = drawn;
            var tokens = Math.Min(asked, limit.Capacity);
            var bucket = TokenBucket.Full(limit, TimeSpan.Zero).Take(Math.Min(spent, limit.Capacity), limit);
            var ceiling = RateCeiling.Closed(bucket).At(gap, limit);
            bucket = bucket.At(gap, limit);
            Assert.False(ceiling.Covers(bucket, tokens, limit));

            var ahead = RateCeiling.AheadOf(limit);
            var stored = ceiling.Next(bucket, tokens, ahead, limit)!.Value;
            var raised = ceiling.Raised(stored, gap);

            Assert.True(raised.Covers(bucket, tokens, limit));
            Assert.True(raised.Covers(bucket, tokens + ahead, limit));
            Assert.False(raised.Covers(bucket, tokens + ahead + 1, limit));
            Assert.Equal(tokens + ahead, raised.Open(bucket, limit));
        });

    /// <summary>Guards clients after a crash: it costs what was stored ahead, and not a token more.</summary>
    [Fact]
    public void A_crash_costs_what_was_ahead_and_no_more() =>
        Law.Holds(Draw.BucketLimits.Zip(Gen.Choose(1, 200)).Zip(Draw.Gaps), drawn =>
        {
            var ((limit, asked), gap) = drawn;
            var tokens = Math.Min(asked, limit.Capacity);
            var full = TokenBucket.Full(limit, TimeSpan.Zero);
            var ahead = RateCeiling.AheadOf(limit);
            var stored = RateCeiling.Closed(full).Next(full, tokens, ahead, limit)!.Value;

            var before = full.Take(tokens, limit).At(gap, limit);
            var after = RateCeiling.Recovered(stored, gap, TimeSpan.Zero, gap).Bucket;

            Assert.InRange(before.Credit - after.Credit, 0, ahead * limit.Period.Ticks);
            Assert.Equal(0, after.Out);
        });

    private static List<(TimeSpan At, long Tokens)> Play(BucketLimit limit, Event[] history)
    {
        var full = TokenBucket.Full(limit, TimeSpan.Zero);
        var owners = new List<Owner> { new(1, new RecoveredRate(full, RateCeiling.Closed(full))) };
        var chunks = new List<(TimeSpan Until, long Tokens)>();
        (StoredRate Rate, TimeSpan At) row = (new StoredRate(limit, 0, 0, 0), TimeSpan.Zero);
        var passed = new List<(TimeSpan At, long Tokens)>();
        var now = TimeSpan.Zero;
        var epoch = 1;
        foreach (var happening in history)
        {
            now += happening.Gap;
            var owner = owners[Math.Min(happening.Owner, owners.Count - 1)];
            owner.MoveTo(now, limit);
            var tokens = Math.Min(happening.Tokens, limit.Capacity);
            switch (happening.Act)
            {
                case Act.Spend when owner.Bucket.WaitFor(tokens, limit) == TimeSpan.Zero
                    && owner.Ceiling.Covers(owner.Bucket, tokens, limit):
                    owner.Bucket = owner.Bucket.Take(tokens, limit);
                    owner.Returnable.Push((now, tokens));
                    passed.Add((now, tokens));
                    break;
                case Act.Return when owner.Returnable.TryPop(out var call):
                    var before = owner.Bucket.Credit;
                    owner.Bucket = owner.Bucket.Refund(call.Tokens, call.At, limit);
                    owner.Ceiling = owner.Ceiling.WithReturned(owner.Bucket.Credit - before);
                    passed.Remove(call);
                    break;
                case Act.Store when owner.Ceiling.Next(
                    owner.Bucket, tokens, RateCeiling.AheadOf(limit), limit) is { } next && owner.Epoch == epoch:
                    row = (next, now);
                    owner.Ceiling = happening.IsLost ? owner.Ceiling : owner.Ceiling.Raised(next, now);
                    break;
                case Act.Grant when Math.Min(
                    Math.Min(tokens, owner.Bucket.Remaining(limit)),
                    owner.Ceiling.Open(owner.Bucket, limit)) is var granted and > 0:
                    owner.Bucket = owner.Bucket.Reserve(granted, limit);
                    owner.Out.Enqueue((now + ChunkSize.Ttl, granted));
                    chunks.Add((now + ChunkSize.Ttl, granted));
                    break;
                case Act.SpendChunk when chunks.FindLastIndex(chunk => chunk.Until > now) is var last and >= 0:
                    passed.Add((now, chunks[last].Tokens));
                    chunks.RemoveAt(last);
                    break;
                case Act.Replace or Act.Crash:
                    if (happening.Act is Act.Crash)
                    {
                        owners.Clear();
                    }

                    var begun = RateCeiling.Recovered(row.Rate, now - row.At, ChunkSize.Ttl, now);
                    owners.Insert(0, new Owner(++epoch, begun));
                    owners.RemoveRange(Math.Min(3, owners.Count), Math.Max(0, owners.Count - 3));
                    break;
            }
        }

        return passed;
    }
}
