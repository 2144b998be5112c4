using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Usage;
using Xunit;

namespace Sluice.Properties.Usage;

/// <summary>What the usage log and the counts come to, whatever is lost, late or repeated.</summary>
public sealed class UsageLogProperties
{
    private enum Act
    {
        Ask,
        End,
        Tell,
        Make,
        Store,
        Acknowledge,
        Crash,
        Cut,
        Look,
        Round,
    }

    private readonly record struct Event(Act Act, int Edge, int Units);

    private static readonly Gen<Event> Events =
        from act in Gen.Frequency(
            (6, Gen.Constant(Act.Ask)),
            (16, Gen.Constant(Act.End)),
            (16, Gen.Constant(Act.Tell)),
            (10, Gen.Constant(Act.Make)),
            (10, Gen.Constant(Act.Store)),
            (10, Gen.Constant(Act.Acknowledge)),
            (1, Gen.Constant(Act.Crash)),
            (5, Gen.Constant(Act.Cut)),
            (10, Gen.Constant(Act.Look)),
            (16, Gen.Constant(Act.Round)))
        from edge in Gen.Choose(0, 1)
        from units in Gen.Choose(0, 9)
        select new Event(act, edge, units);

    /// <summary>
    /// Q2 to Q5. Guards bills and counts: each call is in the log once, and a count that is corrected is exactly what
    /// calls used or have reserved, though calls go on, ends come late and an owner forgot what it knew.
    /// </summary>
    [Fact]
    public void A_corrected_count_is_what_was_used_and_the_log_has_each_call_once()
    {
        var (corrections, lowered) = (0L, 0L);
        Law.Holds(Gen.Constant(0), Events.ArrayOf(120), (_, history) =>
        {
            var world = new UsageWorld();
            foreach (var one in history)
            {
                Happens(world, one);
            }

            world.Heal();
            corrections += world.Corrections;
            lowered += world.Lowered;
        });

        Assert.True(corrections > 5_000 && lowered > 10_000, $"{corrections} corrections lowered by {lowered} in all.");
    }

    /// <summary>Guards what is bounded: nothing is lost without being counted, and metered calls have room.</summary>
    [Fact]
    public void What_an_outbox_does_not_keep_it_counts() =>
        Law.Holds(
            from most in Gen.Choose(1, 20)
            from batch in Gen.Choose(1, 8)
            from acts in Gen.Choose(0, 9).ArrayOf(100)
            select (most, batch, acts),
            drawn =>
            {
                var outbox = new UsageOutbox<int>(drawn.most, drawn.batch);
                var (added, kept, stored, last) = (0, new List<int>(), new List<int>(), 0L);
                foreach (var act in drawn.acts)
                {
                    var wasFull = outbox.IsFull;
                    if (act < 6)
                    {
                        var isKept = outbox.TryAdd(added, mustKeep: act < 2);
                        kept.AddRange(isKept ? [added] : Array.Empty<int>());
                        added++;
                        Assert.True(isKept || wasFull);
                        Assert.True(!isKept || !wasFull || act < 2);
                    }
                    else
                    {
                        var parcel = outbox.Next(added, added);
                        Assert.Same(parcel, outbox.Next(0, 0));
                        Assert.InRange(parcel.Items.Count, 0, drawn.batch);
                        outbox.Acknowledged(parcel.Number - 1);
                        Assert.True(parcel.Number > last);
                        if (act < 9)
                        {
                            last = parcel.Number;
                            outbox.Acknowledged(parcel.Number);
                            stored.AddRange(parcel.Items);
                            Assert.Equal(kept.Count - stored.Count, outbox.Count);
                        }
                    }

                    Assert.InRange(outbox.Count, 0, 2 * drawn.most);
                    Assert.Equal(added - kept.Count, outbox.Dropped);
                    Assert.Equal(stored, kept[..stored.Count]);
                }
            });

    /// <summary>Guards against a correction without proof: only a whole log lowers, and debts do not raise.</summary>
    [Fact]
    public void A_count_is_lowered_by_a_whole_log_only_and_not_raised_by_what_edges_tell_as_debts() =>
        Law.Holds(
            from counted in Gen.Choose(0, 100)
            from alone in Gen.Choose(0, 50)
            from others in Gen.Choose(0, 100)
            from givenBack in Gen.Choose(-20, 20)
            from isComplete in Gen.Elements(true, false)
            select (counted, alone, others, givenBack, isComplete),
            drawn =>
            {
                var (counted, alone, others, givenBack, isComplete) = drawn;
                var now = counted - givenBack; // What is counted of calls from before the cut.
                var corrected = now + UsageReconciliation.Correction(
                    counted, alone + others, alone, givenBack, isComplete);
                Assert.True(corrected >= others);
                Assert.True(corrected >= Math.Min(now, alone + others));
                Assert.True(isComplete || corrected >= now);
                Assert.True(corrected <= Math.Max(now, others));
                Assert.True(!isComplete || corrected <= alone + others || corrected == now);
            });

    private static void Happens(UsageWorld world, Event one)
    {
        switch (one.Act)
        {
            case Act.Ask:
                world.Ask(one.Edge, one.Units);
                break;
            case Act.End:
                world.End(one.Edge, one.Units);
                break;
            case Act.Tell:
                world.Tell(one.Edge);
                break;
            case Act.Make:
                world.Make(one.Edge);
                break;
            case Act.Store:
                world.Store(one.Edge);
                break;
            case Act.Acknowledge:
                world.Acknowledge(one.Edge);
                break;
            case Act.Crash:
                world.Crash(one.Units);
                break;
            case Act.Cut:
                world.Cut();
                break;
            case Act.Look:
                world.Look();
                break;
            default:
                world.Round();
                break;
        }
    }
}
