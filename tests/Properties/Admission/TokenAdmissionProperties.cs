using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Admission;

/// <summary>What every decision and settlement keeps when calls cost more than one of several units.</summary>
public sealed class TokenAdmissionProperties
{
    private static readonly ImmutableArray<string> EveryUnit =
        [Units.Requests, Units.InputTokens, Units.OutputTokens, Units.TotalTokens, "images"];

    /// <param name="Sequence">The request; small, so that requests repeat.</param>
    /// <param name="Ends">Null: it is asked for; otherwise how it ends.</param>
    /// <param name="Costs">What it is expected to cost, or what it has used.</param>
    /// <param name="Gap">Time since the event before.</param>
    private readonly record struct Event(long Sequence, EndingKind? Ends, Costs Costs, TimeSpan Gap);

    private static readonly Gen<Costs> AnyCosts =
        from input in Draw.Mostly(0, 5, 60)
        from output in Draw.Mostly(0, 5, 60)
        from images in Gen.Choose(0, 3)
        select new Costs(input, output, images == 0 ? default : [new Cost("images", images)]);

    private static readonly Gen<ImmutableArray<Limit>> Limits =
        from rates in (from unit in Gen.Elements<string>([.. EveryUnit])
                       from amount in Draw.Mostly(1, 10, 120)
                       from milliseconds in Draw.Mostly(1, 1_000, 60_000)
                       select (unit, amount, TimeSpan.FromMilliseconds(milliseconds))).ArrayOf(3)
        from quotas in (from unit in Gen.Elements<string>([.. EveryUnit])
                        from amount in Draw.Mostly(1, 20, 400)
                        from span in Gen.Elements(QuotaSpan.Month, QuotaSpan.Day, QuotaSpan.Minute)
                        select (unit, amount, span)).ArrayOf(2)
        select rates.Select((rate, i) =>
                new Limit($"rate-{i}", LimitKind.Rate, rate.amount, 0, rate.Item3, rate.unit))
            .Concat(quotas.Select((quota, i) => new Limit(
                $"quota-{i}", LimitKind.Quota, quota.amount, 0, TimeSpan.Zero, quota.unit, quota.span)))
            .Append(new Limit("at-once", LimitKind.Concurrency, 6, 0, TimeSpan.Zero))
            .ToImmutableArray();

    private static readonly Gen<Event[]> Histories =
        (from sequence in Gen.Choose(1, 40)
         from ends in Gen.Frequency(
             (5, Gen.Constant((EndingKind?)null)),
             (2, Gen.Constant((EndingKind?)EndingKind.Used)),
             (1, Gen.Constant((EndingKind?)EndingKind.Unknown)),
             (1, Gen.Constant((EndingKind?)EndingKind.NotDispatched)))
         from costs in AnyCosts
         from milliseconds in Draw.Mostly(0, 100, 20_000)
         select new Event(sequence, ends, costs, TimeSpan.FromMilliseconds(milliseconds))).ArrayOf(60);

    /// <summary>A1 and R3. Guards against a decision that takes a part of what it should, or when refused.</summary>
    [Fact]
    public void A1_a_decision_takes_what_it_costs_of_every_limit_or_nothing_of_any() =>
        Each((before, happening, policy, now, after, decision) =>
        {
            if (decision.Verdict is not Verdict.Admitted || before.Slots.Taken.ContainsKey(Id(happening)))
            {
                Client.AssertSame(
                    before.AskedAgain(Id(happening), now) with { RecentUse = after.RecentUse }, after);
                Assert.Equal(before.Debits.Select(d => d?.Count), after.Debits.Select(d => d?.Count));
                return;
            }

            for (var i = 0; i < policy.Rates.Length; i++)
            {
                var (_, limit, unit) = policy.Rates[i];
                var cost = happening.Costs.Of(unit) * limit.Period.Ticks;
                Assert.Equal(before.Buckets[i].Credit - cost, after.Buckets[i].Credit);
            }

            for (var i = 0; i < policy.Quotas.Length; i++)
            {
                var cost = happening.Costs.Of(policy.Quotas[i].Unit);
                Assert.Equal(before.Quotas[i].Used + cost, after.Quotas[i].Used);

                // Calls that used more than they reserved may have passed it; then nothing more is taken of it.
                Assert.True(cost == 0 || after.Quotas[i].Used <= policy.Quotas[i].Amount);
            }

            Assert.Equal(before.Slots.InUse + 1, after.Slots.InUse);
            Assert.Equal(happening.Costs, after.Slots.Taken[Id(happening)].Reserved);
        });

    /// <summary>A2. Guards against charging twice for a reply that was lost.</summary>
    [Fact]
    public void A2_a_repeated_request_has_the_same_verdict_and_one_effect() =>
        Each((_, happening, policy, now, after, decision) =>
        {
            var (again, second) = Client.Decide(after, Ask(happening), policy, now);

            Assert.Equal(decision.Verdict, second.Verdict);
            Client.AssertSame(after with { RecentUse = again.RecentUse }, again);
        });

    /// <summary>R4. Guards clients that come back exactly when they were told to.</summary>
    [Fact]
    public void R4_a_named_wait_is_enough_and_a_tick_less_is_not() =>
        Each((_, happening, policy, now, after, decision) =>
        {
            if (decision.Verdict is not Verdict.RateLimited)
            {
                return;
            }

            var due = new Moment(now.Elapsed + decision.RetryAfter, now.Utc);
            var early = due with { Elapsed = due.Elapsed - TimeSpan.FromTicks(1) };

            Assert.Equal(Verdict.RateLimited, Client.Decide(after, Ask(happening), policy, early).Decision.Verdict);
            Assert.NotEqual(Verdict.RateLimited, Client.Decide(after, Ask(happening), policy, due).Decision.Verdict);
        });

    /// <summary>
    /// Q3, Q4 and Q5. Guards the books: a call is charged once, by what it used, to the period that admitted it; the
    /// count is the sum of what calls used, and of what those that run have reserved.
    /// </summary>
    [Fact]
    public void Q5_a_quota_counts_every_call_once_by_its_use_in_the_period_that_admitted_it() =>
        Law.Holds(Limits, Histories, (limits, history) =>
        {
            var policy = Client.Policy(limits);
            var charged = new Dictionary<(int Quota, RequestId Id), (QuotaPeriod Period, long Units)>();
            Play(history, policy, (_, happening, now, after, admitted, ended) =>
            {
                for (var i = 0; i < policy.Quotas.Length; i++)
                {
                    var (_, _, unit, calendar) = policy.Quotas[i];
                    var key = (i, Id(happening));
                    if (admitted)
                    {
                        charged[key] = (calendar.PeriodOf(now.Utc), happening.Costs.Of(unit));
                    }
                    else if (ended is { } slot)
                    {
                        var ending = new Ending(happening.Ends!.Value, happening.Costs);
                        charged[key] = charged[key] with { Units = ending.ChargeIn(unit, slot.Reserved) };
                    }

                    var period = after.Quotas[i].Period;
                    var expected = charged.Where(call => call.Key.Quota == i && call.Value.Period == period)
                        .Sum(call => call.Value.Units);
                    Assert.Equal(expected, after.Quotas[i].Used);
                }
            });
        }, tests: 500);

    private static RequestId Id(Event happening) => new(1, happening.Sequence);

    private static AdmissionRequest Ask(Event happening) =>
        Client.Ask(Id(happening)) with { Costs = happening.Costs };

    private static void Each(
        Action<ClientState, Event, ClientPolicy, Moment, ClientState, Decision> law) =>
        Law.Holds(Limits, Histories, (limits, history) =>
        {
            var policy = Client.Policy(limits);
            Play(history, policy, (before, happening, now, after, _, _) =>
            {
                if (happening.Ends is null)
                {
                    var decision = Client.Decide(before, Ask(happening), policy, now).Decision;
                    law(before, happening, policy, now, after, decision);
                }
            });
        }, tests: 500);

    /// <summary>A request that has ended comes back under a new name, so that none is asked for twice.</summary>
    private static void Play(
        Event[] history, ClientPolicy policy,
        Action<ClientState, Event, Moment, ClientState, bool, Slot?> look)
    {
        var client = ClientState.Begin(policy, ImmutableDictionary<string, Quota>.Empty, Client.At(TimeSpan.Zero));
        var elapsed = TimeSpan.Zero;
        var known = new HashSet<long>();
        var incarnations = new Dictionary<long, long>();
        foreach (var drawn in history)
        {
            elapsed += drawn.Gap;
            var now = Client.At(elapsed);
            client = client.At(now, policy).WithReserves(policy, block: 1_000);
            var incarnation = incarnations.GetValueOrDefault(drawn.Sequence);
            var happening = drawn with { Sequence = drawn.Sequence + 1_000 * incarnation };
            if (known.Contains(happening.Sequence) && !client.Slots.Taken.ContainsKey(Id(happening)))
            {
                incarnations[drawn.Sequence] = ++incarnation;
                happening = drawn with { Sequence = drawn.Sequence + 1_000 * incarnation };
            }

            var before = client.Copy();
            Slot? ended = null;
            var admitted = false;
            if (happening.Ends is { } kind)
            {
                ended = client.Slots.Taken.TryGetValue(Id(happening), out var slot) ? slot : null;
                var ending = new Ending(kind, happening.Costs);
                Assert.Equal(ended is not null, AdmissionRules.Complete(client, Id(happening), ending, policy, now));
            }
            else
            {
                admitted = AdmissionRules.Decide(client, Ask(happening), policy, now).Verdict is Verdict.Admitted
                    && !before.Slots.Taken.ContainsKey(Id(happening));
                known.UnionWith(admitted ? [happening.Sequence] : []);
            }

            look(before, happening, now, client, admitted, ended);
        }
    }
}
