using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Limits;

/// <summary>What a quota counts, whatever crashes, gets lost or arrives late.</summary>
public sealed class QuotaProperties
{
    private static readonly DateTimeOffset Start = new(2026, 1, 30, 0, 0, 0, TimeSpan.Zero);

    private enum Act
    {
        Spend,
        Refund,
        ExtendAhead,
        WriteSucceeds,
        WriteIsLost,
        ReplyIsLost,
        Crash,
        NewActivation,
    }

    /// <param name="Act">What happens.</param>
    /// <param name="Older">True: to the activation before the newest, if there is one.</param>
    /// <param name="Units">Units spent.</param>
    /// <param name="Hours">Calendar hours since the event before; the clock may step back.</param>
    private readonly record struct Event(Act Act, bool Older, int Units, int Hours);

    private static readonly Gen<Event> Events =
        from act in Gen.Frequency(
            (12, Gen.Constant(Act.Spend)),
            (2, Gen.Constant(Act.Refund)),
            (2, Gen.Constant(Act.ExtendAhead)),
            (8, Gen.Constant(Act.WriteSucceeds)),
            (1, Gen.Constant(Act.WriteIsLost)),
            (1, Gen.Constant(Act.ReplyIsLost)),
            (1, Gen.Constant(Act.Crash)),
            (1, Gen.Constant(Act.NewActivation)))
        from older in Draw.OneIn(4)
        from units in Draw.Mostly(1, 1, 5)
        from hours in Gen.Frequency((8, Gen.Constant(0)), (1, Gen.Choose(-30, 60)))
        select new Event(act, older, units, hours);

    private static readonly Gen<(int Limit, int Block, Event[] History)> Cases =
        from limit in Draw.Mostly(1, 5, 40)
        from block in Draw.Mostly(1, 2, 15)
        from history in Events.ArrayOf(80)
        select (limit, block, history);

    /// <summary>
    /// Q1, Q2 and Q5. Guards against a crash, a lost write or two activations at once: together they never spend more
    /// than the limit, and what is counted is never below what was spent nor far above it.
    /// </summary>
    [Fact]
    public void No_crash_and_no_second_activation_loses_a_unit_or_spends_one_too_many() =>
        Law.Holds(Cases, drawn =>
        {
            var owners = new QuotaOwners(drawn.Limit, drawn.Block, Start);
            foreach (var happening in drawn.History)
            {
                Play(owners, happening);
                owners.AssertNothingLostAndNothingOver();
            }
        });

    /// <summary>Q3. Guards the count against every way down that is not a refund or a new month.</summary>
    [Fact]
    public void Only_a_refund_lowers_the_count_and_only_a_later_month_starts_it_again() =>
        Law.Holds(Cases, drawn =>
        {
            var utc = Start;
            var quota = new Quota(QuotaPeriod.MonthOf(utc), 0, 0);
            foreach (var happening in drawn.History)
            {
                utc += TimeSpan.FromHours(happening.Hours);
                var before = quota;
                quota = quota.At(utc);
                var month = Math.Max(before.Period.Number, QuotaPeriod.MonthOf(utc).Number);
                Assert.Equal(new QuotaPeriod(month), quota.Period);
                Assert.Equal(quota.Period == before.Period ? before : new Quota(quota.Period, 0, 0), quota);

                var turned = quota;
                quota = happening.Act switch
                {
                    Act.Spend => quota.Take(happening.Units),
                    Act.WriteSucceeds => quota.WithReserved(quota.Period, happening.Units),
                    Act.ReplyIsLost => quota.WithReserved(new QuotaPeriod(quota.Period.Number - 1), 1_000),
                    _ => quota,
                };
                Assert.True(quota.Used >= turned.Used);
                Assert.True(quota.Reserved >= turned.Reserved);
            }
        });

    /// <summary>Guards the last units: as long as writes succeed, exactly the limit can be spent.</summary>
    [Fact]
    public void Every_unit_up_to_the_limit_can_be_spent_and_none_beyond() =>
        Law.Holds(Gen.Choose(1, 300).Zip(Gen.Choose(0, 400)), drawn =>
        {
            var (limit, unitsPerSpan) = drawn;
            var quota = new Quota(QuotaPeriod.MonthOf(Start), 0, 0);
            for (var spent = 0; spent < limit; spent++)
            {
                var block = QuotaBlock.Size(unitsPerSpan, quota.Used, limit);
                if (quota.Ask(1, limit) is QuotaAnswer.Pending)
                {
                    quota = quota.WithReserved(quota.Period, quota.NextReserve(1, block, limit)!.Value);
                }

                Assert.Equal(QuotaAnswer.Fits, quota.Ask(1, limit));
                quota = quota.Take(1);
            }

            Assert.Equal(QuotaAnswer.Exhausted, quota.Ask(1, limit));
            Assert.Equal(limit, quota.Reserved);
        });

    /// <summary>Guards the bound on what a crash counts too high: a hundredth of what remains, or one unit.</summary>
    [Fact]
    public void A_block_is_at_least_one_unit_and_at_most_a_hundredth_of_what_remains() =>
        Law.Holds(
            Draw.Mostly(0, 20, 100_000).Zip(Draw.Mostly(0, 200, 200_000)).Zip(Draw.Mostly(1, 200, 200_000)),
            drawn =>
            {
                var ((unitsPerSpan, used), limit) = drawn;

                var size = QuotaBlock.Size(unitsPerSpan, used, limit);

                Assert.True(size == 1 || (size >= 1 && size * 100 <= limit - used));
                Assert.True(size <= Math.Max(unitsPerSpan, 10));
            });

    private static void Play(QuotaOwners owners, Event happening)
    {
        owners.MoveBy(TimeSpan.FromHours(happening.Hours));
        var owner = owners.Choose(happening.Older);
        switch (happening.Act)
        {
            case Act.Spend:
                owners.Spend(owner, happening.Units);
                break;
            case Act.Refund:
                owners.Refund(owner);
                break;
            case Act.ExtendAhead:
                owners.Extend(owner, 0);
                break;
            case Act.WriteSucceeds:
                owners.Write(owner, replied: true);
                break;
            case Act.WriteIsLost:
                owner.Writing = null;
                break;
            case Act.ReplyIsLost:
                owners.Write(owner, replied: false);
                break;
            case Act.Crash:
                owners.Replace(olderLives: false);
                break;
            case Act.NewActivation:
                owners.Replace(olderLives: true);
                break;
        }
    }
}
