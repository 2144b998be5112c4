using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Admission;

/// <summary>
/// What is told of calls while they run changes nothing in the end: any reports, in any order, lost, late or repeated,
/// leave what the ends alone leave. Until then nothing is counted too low.
/// </summary>
public sealed class StreamProperties
{
    private enum Act
    {
        Ask,
        Tell,
        End,
    }

    /// <param name="Act">What happens.</param>
    /// <param name="Sequence">The call; asked for once.</param>
    /// <param name="Kind">How it ends.</param>
    /// <param name="Costs">What it is expected to cost, is told to have used by now, or has used.</param>
    /// <param name="Gap">Time since the event before.</param>
    private readonly record struct Event(Act Act, long Sequence, EndingKind Kind, Costs Costs, TimeSpan Gap);

    private static readonly ImmutableArray<string> TokenUnits =
        [Units.InputTokens, Units.OutputTokens, Units.TotalTokens];

    private static readonly Gen<ImmutableArray<Limit>> Limits =
        from rates in (from unit in Gen.Elements<string>([.. TokenUnits])
                       from amount in Draw.Mostly(60, 400, 4_000)
                       from milliseconds in Draw.Mostly(3_000, 60_000, 600_000)
                       select (unit, amount, TimeSpan.FromMilliseconds(milliseconds))).ArrayOf(2)
        from quotas in (from unit in Gen.Elements<string>([.. TokenUnits])
                        from amount in Draw.Mostly(50, 400, 4_000)
                        from span in Gen.Elements(QuotaSpan.Month, QuotaSpan.Minute)
                        select (unit, amount, span)).ArrayOf(2)
        select rates.Select((rate, i) =>
                new Limit($"rate-{i}", LimitKind.Rate, rate.amount, 0, rate.Item3, rate.unit))
            .Concat(quotas.Select((quota, i) => new Limit(
                $"quota-{i}", LimitKind.Quota, quota.amount, 0, TimeSpan.Zero, quota.unit, quota.span)))
            .ToImmutableArray();

    private static readonly Gen<Event[]> Histories =
        (from act in Gen.Frequency(
             (2, Gen.Constant(Act.Ask)), (6, Gen.Constant(Act.Tell)), (2, Gen.Constant(Act.End)))
         from sequence in Gen.Choose(1, 8)
         from kind in Gen.Elements(EndingKind.Used, EndingKind.Used, EndingKind.Unknown, EndingKind.NotDispatched)
         from input in Draw.Mostly(1, 5, 60)
         from output in Draw.Mostly(1, 30, 200)
         from milliseconds in Gen.Frequency((12, Gen.Choose(0, 500)), (1, Gen.Choose(0, 10_000)))
         select new Event(act, sequence, kind, new Costs(input, output), TimeSpan.FromMilliseconds(milliseconds)))
        .ArrayOf(60);

    /// <summary>
    /// Q4 and R2. Guards bills and windows: a call is charged once in all, whatever of its reports has arrived, and
    /// when. A rate for which a report came so late that nothing could be taken back has its own law below.
    /// </summary>
    [Fact]
    public void Reports_in_any_order_lost_or_repeated_and_then_the_end_leave_what_the_end_alone_leaves() =>
        Law.Holds(Limits, Histories, (limits, history) =>
        {
            var policy = Client.Policy(limits);
            var told = new Play(policy);
            var alone = new Play(policy);
            foreach (var happening in history.Concat(EndOfAll))
            {
                var takesEffect = told.Happens(happening);
                if (told.IsLate)
                {
                    return; // Charged earlier than by the end alone, so others may pass that would not pass then.
                }

                if (takesEffect && happening.Act is not Act.Tell)
                {
                    Assert.True(alone.Happens(happening));
                }

                alone.Passes(told.Elapsed);
            }

            Assert.Empty(told.Client.Slots.Taken);
            Assert.Equal(Counts(alone.Client), Counts(told.Client));
            Assert.Equal(alone.Client.Buckets, told.Client.Buckets);
        }, tests: 1_000);

    /// <summary>
    /// Q2. Guards every limit while calls run: of each is counted what it reserved, or what it was told to have used
    /// where that is more, of input and of output, in the period that admitted it.
    /// </summary>
    [Fact]
    public void Before_the_end_a_call_counts_as_what_it_reserved_or_was_told_to_have_used() =>
        Law.Holds(Limits, Histories, (limits, history) =>
        {
            var policy = Client.Policy(limits);
            var play = new Play(policy);
            var most = new Dictionary<long, (Costs Reserved, Costs Told, Moment Admitted)>();
            var ended = new List<(Costs Reserved, Ending Ending, Moment Admitted)>();
            foreach (var happening in history)
            {
                var takesEffect = play.Happens(happening);
                var now = Client.At(play.Elapsed);
                if (!takesEffect)
                {
                    continue;
                }

                switch (happening.Act)
                {
                    case Act.Ask:
                        most[happening.Sequence] = (happening.Costs, default, now);
                        break;
                    case Act.Tell:
                        var call = most[happening.Sequence];
                        most[happening.Sequence] = call with { Told = Larger(call.Told, happening.Costs) };
                        break;
                    default:
                        most.Remove(happening.Sequence, out var over);
                        ended.Add((over.Reserved, new Ending(happening.Kind, happening.Costs), over.Admitted));
                        break;
                }

                for (var i = 0; i < policy.Quotas.Length; i++)
                {
                    var (quota, period) = (policy.Quotas[i], play.Client.Quotas[i].Period);
                    var expected = most.Values
                        .Where(call => quota.Calendar.PeriodOf(call.Admitted.Utc) == period)
                        .Sum(call => Larger(call.Reserved, call.Told).Of(quota.Unit))
                        + ended.Where(call => quota.Calendar.PeriodOf(call.Admitted.Utc) == period)
                            .Sum(call => call.Ending.ChargeIn(quota.Unit, call.Reserved));
                    Assert.Equal(expected, play.Client.Quotas[i].Used);
                }
            }
        }, tests: 500);

    /// <summary>
    /// R1. Guards windows: a report opens nothing. What a rate has left after it is never more than without it, as long
    /// as the call runs.
    /// </summary>
    [Fact]
    public void No_report_ever_leaves_a_rate_more_than_it_had() =>
        Law.Holds(Limits, Histories, (limits, history) =>
        {
            var policy = Client.Policy(limits);
            var play = new Play(policy);
            foreach (var happening in history)
            {
                var before = play.Client.At(Client.At(play.Elapsed + happening.Gap), policy);
                play.Happens(happening);
                if (happening.Act is Act.Tell)
                {
                    Assert.All(
                        before.Buckets.Zip(play.Client.Buckets),
                        pair => Assert.True(pair.Second.Credit <= pair.First.Credit));
                }
            }
        }, tests: 500);

    /// <summary>
    /// Guards rates that fill faster than reports come: what cannot be taken back any more is charged once all the
    /// same, so that a bucket that never fills in between has paid exactly for what was used.
    /// </summary>
    [Fact]
    public void A_call_whose_reports_come_too_late_to_be_taken_back_is_charged_once() =>
        Law.Holds(
            from gaps in Gen.Choose(1, 30).ArrayOf(12)
            from steps in Gen.Choose(0, 400).ArrayOf(12)
            from reserved in Gen.Choose(1, 100)
            from amount in Gen.Choose(100, 300)
            select (gaps, steps, reserved, amount),
            drawn =>
            {
                // A hundred million more than it holds are owed, so it refills all the time and is never full.
                const long Owed = 100_000_000;
                var policy = Client.Policy(
                    [new Limit("tpm", LimitKind.Rate, drawn.amount, 0, TimeSpan.FromSeconds(5), Units.TotalTokens)]);
                var play = new Play(policy);
                play.Happens(new Event(Act.Ask, 1, default, new Costs(0, drawn.reserved), TimeSpan.Zero));
                play.Happens(new Event(Act.Ask, 2, default, default, TimeSpan.Zero));
                play.Happens(new Event(Act.Tell, 2, default, new Costs(0, Owed), TimeSpan.Zero));
                var (used, elapsed) = (0L, TimeSpan.Zero);
                foreach (var (gap, step) in drawn.gaps.Zip(drawn.steps))
                {
                    used += step;
                    elapsed += TimeSpan.FromSeconds(gap);
                    play.Happens(new Event(
                        Act.Tell, 1, default, new Costs(0, used), TimeSpan.FromSeconds(gap)));
                }

                play.Happens(new Event(
                    Act.End, 1, EndingKind.Used, new Costs(0, used + 7), TimeSpan.FromSeconds(20)));

                var bucket = policy.Rates[0].Bucket;
                var refilled = (elapsed + TimeSpan.FromSeconds(20)).Ticks * bucket.Refill;
                var paid = (bucket.Capacity - Math.Max(drawn.reserved, used + 7) - Owed) * bucket.Period.Ticks;
                Assert.Equal(paid + refilled, play.Client.Buckets[0].Credit);
            },
            tests: 300);

    private static IEnumerable<Event> EndOfAll =>
        from sequence in Enumerable.Range(1, 8)
        select new Event(Act.End, sequence, EndingKind.Used, new Costs(5, 90), TimeSpan.FromMilliseconds(10));

    private static IEnumerable<(QuotaPeriod, long)> Counts(ClientState client) =>
        client.Quotas.Select(quota => (quota.Period, quota.Used));

    private static Costs Larger(Costs one, Costs other) => one with
    {
        InputTokens = Math.Max(one.InputTokens, other.InputTokens),
        OutputTokens = Math.Max(one.OutputTokens, other.OutputTokens),
    };

    /// <summary>One client that lives through a history, each of its calls renewed all the time.</summary>
    private sealed class Play(ClientPolicy policy)
    {
        private readonly HashSet<long> _asked = [];

        public ClientState Client { get; private set; } = ClientState.Begin(
            policy, ImmutableDictionary<string, Quota>.Empty, Admission.Client.At(TimeSpan.Zero));

        public TimeSpan Elapsed { get; private set; }

        /// <summary>Something that was told stayed charged in a rate, because it was too long ago.</summary>
        public bool IsLate { get; private set; }

        /// <summary>Until then nothing happens but that what runs is renewed, and more is stored.</summary>
        public void Passes(TimeSpan until)
        {
            Elapsed = until;
            foreach (var running in Client.Slots.Taken.Keys)
            {
                Client.Slots.Extend(running, until + Admission.Client.SlotTtl);
            }

            Client = Client.At(Admission.Client.At(until), policy).WithReserves(policy, block: 10_000);
        }

        /// <summary>Whether it took effect: admitted, told of a call that runs, or the end of one.</summary>
        public bool Happens(Event happening)
        {
            Passes(Elapsed + happening.Gap);
            var now = Admission.Client.At(Elapsed);
            var id = new RequestId(1, happening.Sequence);
            NoteLate(id);
            return happening.Act switch
            {
                Act.Ask => _asked.Add(happening.Sequence) && Asks(id, happening.Costs, now),
                Act.Tell => Tells(id, happening.Costs, now),
                _ => AdmissionRules.Complete(
                    Client, id, new Ending(happening.Kind, happening.Costs), policy, now),
            };
        }

        private bool Asks(RequestId id, Costs costs, Moment now) => AdmissionRules.Decide(
            Client, Admission.Client.Ask(id) with { Costs = costs }, policy, now).Verdict is Verdict.Admitted;

        private bool Tells(RequestId id, Costs used, Moment now)
        {
            SettlementRules.Tell(Client, id, used, policy, now);
            return Client.Slots.Taken.ContainsKey(id);
        }

        private void NoteLate(RequestId id)
        {
            if (Client.Slots.Taken.TryGetValue(id, out var slot) && slot.Told is { } told)
            {
                for (var i = 0; i < policy.Rates.Length; i++)
                {
                    IsLate |= told.Rates[i].All > 0
                        && Elapsed - told.At >= DebitHistory.HoldTime(policy.Rates[i].Bucket);
                }
            }
        }
    }
}
