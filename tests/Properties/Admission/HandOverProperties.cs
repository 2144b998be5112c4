using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Admission;

/// <summary>
/// What must hold when a client moves from one owner to the next, for every history before and after.
/// </summary>
public sealed class HandOverProperties
{
    private static readonly ImmutableDictionary<string, Quota> NothingStored = ImmutableDictionary<string, Quota>.Empty;

    private enum Act
    {
        Ask,
        Complete,
        GiveBack,
        Renew,
    }

    /// <param name="Act">What happens.</param>
    /// <param name="Sequence">The request it happens to; small, so that requests repeat.</param>
    /// <param name="Gap">Time since the event before.</param>
    private readonly record struct Event(Act Act, long Sequence, TimeSpan Gap);

    /// <param name="Limits">The client's limits: rates and slots.</param>
    /// <param name="History">What happens before it moves.</param>
    /// <param name="Between">How long it is nowhere.</param>
    /// <param name="Ahead">How far the next owner's calendar is ahead; below zero when it is behind.</param>
    /// <param name="Since">How long the next owner has run.</param>
    /// <param name="Later">When it is looked at after that.</param>
    private readonly record struct Move(
        ImmutableArray<Limit> Limits, Event[] History, TimeSpan Between, TimeSpan Ahead, TimeSpan Since,
        TimeSpan Later);

    private static readonly Gen<TimeSpan> Gaps = Gen.Frequency(
        (6, Draw.Mostly(0, 10, 3_000)), (1, Gen.Choose(14_990, 15_010)), (1, Gen.Constant(3_600_000)))
        .Select(milliseconds => TimeSpan.FromMilliseconds(milliseconds));

    private static readonly Gen<ImmutableArray<Limit>> Limits =
        from rates in (from amount in Gen.Choose(1, 9)
                       from burst in Gen.Choose(0, 9)
                       from milliseconds in Draw.Mostly(1, 1_000, 20_000)
                       select (LimitKind.Rate, amount, burst, TimeSpan.FromMilliseconds(milliseconds))).ArrayOf(2)
        from slots in Gen.Choose(1, 6)
        from drop in Gen.Choose(0, 2)
        select rates.Append((LimitKind.Concurrency, slots, 0, TimeSpan.Zero)).Skip(drop)
            .Select((l, i) => new Limit($"l{i + drop}", l.Item1, l.Item2, l.Item3, l.Item4)).ToImmutableArray();

    private static readonly Gen<Move> Moves =
        from limits in Limits
        from history in (from act in Gen.Elements(Act.Ask, Act.Ask, Act.Ask, Act.Complete, Act.GiveBack, Act.Renew)
                         from sequence in Gen.Choose(1, 12)
                         from gap in Gaps
                         select new Event(act, sequence, gap)).ArrayOf(40)
        from between in Gaps
        from ahead in Gen.Choose(-5_000, 5_000)
        from since in Gaps
        from later in Gaps
        select new Move(limits, history, between, TimeSpan.FromMilliseconds(ahead), since, later);

    /// <summary>P2. Guards every limit: who moves a client about gains nothing by it, now or later.</summary>
    [Fact]
    public void Who_has_moved_is_never_admitted_more_than_who_has_stayed() => Each((move, policy, stayed, now) =>
    {
        var (moved, moment) = Moved(move, policy, stayed, now);
        var (then, thenMoved) = (After(now, move.Between + move.Later), After(moment, move.Later));

        var (staying, going) = (stayed.At(then, policy), moved.At(thenMoved, policy));

        Assert.All(staying.Buckets.Zip(going.Buckets), pair => Assert.True(pair.Second.Credit <= pair.First.Credit));
        Assert.Subset(going.Slots.Taken.Keys.ToHashSet(), staying.Slots.Taken.Keys.ToHashSet());
        var asked = Client.Ask(new RequestId(1, 1_000));
        Assert.False(
            Client.Decide(going, asked, policy, thenMoved).Decision.Verdict is Verdict.Admitted
            && Client.Decide(staying, asked, policy, then).Decision.Verdict is not Verdict.Admitted);
    });

    /// <summary>Guards clients that pay what they need not: without time in between, nothing is lost.</summary>
    [Fact]
    public void Who_moves_in_no_time_has_exactly_what_it_had() => Each((move, policy, stayed, now) =>
    {
        var (moved, moment) = Moved(move with { Between = TimeSpan.Zero }, policy, stayed, now);
        var (staying, going) = (stayed.At(After(now, move.Later), policy), moved.At(After(moment, move.Later), policy));

        Assert.Equal(
            staying.Buckets.Select(bucket => (bucket.Credit, bucket.Out)),
            going.Buckets.Select(bucket => (bucket.Credit, bucket.Out)));
        Assert.Equal(Leases(staying, now.Elapsed), Leases(going, moment.Elapsed));
    });

    /// <summary>C1. Guards slots against being lost, taken twice or kept for ever.</summary>
    [Fact]
    public void Every_slot_moves_once_and_keeps_what_was_left_of_its_time() => Each((move, policy, stayed, now) =>
    {
        var (moved, moment) = Moved(move, policy, stayed, now);

        Assert.Equal(Leases(stayed.At(now, policy), now.Elapsed), Leases(moved, moment.Elapsed));
        Assert.True(moved.Slots.Taken.Values.All(slot => slot.Deadline >= moved.Slots.EarliestDeadline));
        Assert.Equal(0, moved.At(After(moment, Client.SlotTtl), policy).Slots.InUse);
    });

    /// <summary>C3. Guards others' slots and the rates against a completion that arrives at the next owner.</summary>
    [Fact]
    public void A_completion_after_the_move_frees_its_slot_alone_and_gives_back_no_more_than_before() =>
        Each((move, policy, stayed, now) =>
        {
            var (moved, moment) = Moved(move, policy, stayed, now);
            stayed = stayed.At(now, policy);
            var later = After(moment, move.Later);
            foreach (var ended in Enumerable.Range(1, 12).Select(sequence => new RequestId(1, sequence)))
            {
                var refunded = Client.Complete(moved, ended, dispatched: false, policy, later);
                var refundedBefore = Client.Complete(stayed, ended, dispatched: false, policy, now);

                var idle = moved.At(later, policy);
                Assert.Equal(
                    idle.Slots.Taken.Keys.Where(id => id != ended).ToHashSet(), refunded.Slots.Taken.Keys.ToHashSet());
                for (var i = 0; i < policy.Rates.Length; i++)
                {
                    var given = refunded.Buckets[i].Credit - idle.Buckets[i].Credit;
                    var givenBefore = refundedBefore.Buckets[i].Credit - stayed.Buckets[i].Credit;
                    Assert.InRange(given, 0, givenBefore);
                }
            }
        });

    /// <summary>R9. Guards a change of plan that comes while the client is on its way.</summary>
    [Fact]
    public void Limits_that_change_on_the_way_change_as_they_do_for_who_stays() =>
        Law.Holds(Moves.Zip(Limits), drawn =>
        {
            var (move, limits) = drawn;
            var policy = Client.Policy(move.Limits);
            var next = Client.Policy(limits);
            var (stayed, now) = Play(move.History, policy);
            var changed = stayed.Under(next, policy, now);

            var (moved, moment) = Moved(move, policy, stayed, now, next);

            Assert.Equal(
                changed.Buckets.Select(bucket => (bucket.Credit, bucket.Out)),
                moved.Buckets.Select(bucket => (bucket.Credit, bucket.Out)));
            Assert.Equal(Leases(changed, now.Elapsed), Leases(moved, moment.Elapsed));
        });

    private static void Each(Action<Move, ClientPolicy, ClientState, Moment> law) => Law.Holds(Moves, move =>
    {
        var policy = Client.Policy(move.Limits);
        var (client, now) = Play(move.History, policy);
        law(move, policy, client, now);
    });

    private static (ClientState Moved, Moment Moment) Moved(
        Move move, ClientPolicy policy, ClientState client, Moment now, ClientPolicy? next = null)
    {
        var moment = new Moment(move.Since, now.Utc + move.Between + move.Ahead);
        var left = HandOver.Of(client, policy, now);
        Assert.True(left.IsPossible);
        var begun = ClientState.Begin(next ?? policy, NothingStored, moment);
        return (left.GoOn(begun, next ?? policy, mayRefund: true, moment), moment);
    }

    private static (ClientState Client, Moment Now) Play(Event[] history, ClientPolicy policy)
    {
        var elapsed = TimeSpan.Zero;
        var client = ClientState.Begin(policy, NothingStored, Client.At(elapsed));
        foreach (var happening in history)
        {
            elapsed += happening.Gap;
            var now = Client.At(elapsed);
            var id = new RequestId(1, happening.Sequence);
            client = happening.Act switch
            {
                Act.Ask => Client.Decide(client, Client.Ask(id), policy, now).Next,
                Act.Renew => client.At(now, policy) with
                {
                    Slots = client.At(now, policy).Slots.With(slots => slots.Renew(
                        1, happening.Sequence, new HashSet<long> { happening.Sequence }, elapsed + Client.SlotTtl)),
                },
                _ => Client.Complete(client, id, happening.Act is Act.Complete, policy, now),
            };
        }

        return (client, Client.At(elapsed));
    }

    private static Moment After(Moment moment, TimeSpan by) => new(moment.Elapsed + by, moment.Utc + by);

    /// <summary>Who holds a slot, for how long from then, since when and whether it may give anything back.</summary>
    private static IEnumerable<(RequestId Id, TimeSpan Left, TimeSpan? Ago, DateTimeOffset? Utc)> Leases(
        ClientState client, TimeSpan since) =>
        from taken in client.Slots.Taken
        orderby taken.Key.Sequence
        select (
            taken.Key, taken.Value.Deadline - since, since - taken.Value.Admitted?.Elapsed, taken.Value.Admitted?.Utc);
}
