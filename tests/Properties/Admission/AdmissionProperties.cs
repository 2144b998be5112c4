using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Admission;

/// <summary>What every decision keeps, for every set of limits and every history.</summary>
public sealed class AdmissionProperties
{
    private enum Act
    {
        Ask,
        Complete,
        GiveBack,
        Reserve,
    }

    /// <param name="Act">What happens.</param>
    /// <param name="Sequence">The request it happens to; small, so that requests repeat.</param>
    /// <param name="Gap">Time since the event before.</param>
    /// <param name="RightKey">False: another secret is presented.</param>
    /// <param name="Model">The model asked for.</param>
    private readonly record struct Event(Act Act, long Sequence, TimeSpan Gap, bool RightKey, string Model);

    private static readonly Gen<ImmutableArray<Limit>> Limits =
        from rates in (from amount in Gen.Choose(1, 5)
                       from burst in Gen.Choose(0, 5)
                       from milliseconds in Draw.Mostly(1, 1_000, 20_000)
                       select (LimitKind.Rate, amount, burst, TimeSpan.FromMilliseconds(milliseconds))).ArrayOf(2)
        from counts in (from kind in Gen.Elements(LimitKind.Concurrency, LimitKind.Quota)
                        from amount in Draw.Mostly(1, 3, 12)
                        select (kind, amount, 0, TimeSpan.Zero)).ArrayOf(3)
        from drop in Gen.Choose(0, 3)
        select rates.Concat(counts).Skip(drop)
            .Select((l, i) => new Limit($"l{i}", l.Item1, l.Item2, l.Item3, l.Item4)).ToImmutableArray();

    private static readonly Gen<Event[]> Histories =
        (from act in Gen.Elements(Act.Ask, Act.Ask, Act.Ask, Act.Complete, Act.GiveBack, Act.Reserve)
         from sequence in Gen.Choose(1, 12)
         from milliseconds in Gen.Frequency(
             (8, Draw.Mostly(0, 10, 3_000)), (1, Gen.Choose(14_990, 15_010)), (1, Gen.Constant(3_600_000)))
         from rightKey in Draw.OneIn(20).Select(wrong => !wrong)
         from model in Gen.Frequency(
             (20, Gen.Constant("qwen-max")), (1, Gen.Constant("deepseek-r1")), (1, Gen.Constant("secret")))
         select new Event(act, sequence, TimeSpan.FromMilliseconds(milliseconds), rightKey, model)).ArrayOf(60);

    /// <summary>
    /// A1 and R3. Guards against a decision that takes a part of what it should, or anything when it refuses.
    /// </summary>
    [Fact]
    public void A_decision_takes_one_of_everything_or_nothing_at_all() =>
        EachDecision((client, request, policy, now) =>
        {
            var before = client.At(now, policy);
            var repeat = before.Slots.Taken.ContainsKey(request.RequestId);

            var (after, decision) = Client.Decide(client, request, policy, now);

            if (decision.Verdict is not Verdict.Admitted || repeat)
            {
                // A request that waits for a reserve is counted as recent use, which is a hint and takes nothing.
                var pending = decision.Verdict is Verdict.Pending;
                var expected = before.AskedAgain(request.RequestId, now);
                Client.AssertSame(pending ? expected with { RecentUse = after.RecentUse } : expected, after);
                return;
            }

            Assert.Equal(before.Slots.InUse + 1, after.Slots.InUse);
            Assert.Equal(new Slot(now.Elapsed + Client.SlotTtl, now), after.Slots.Taken[request.RequestId]);
            Assert.All(before.Quotas.Zip(after.Quotas), q => Assert.Equal(q.First.Used + 1, q.Second.Used));
            Assert.All(before.Buckets.Zip(after.Buckets).Zip(policy.Rates), b =>
                Assert.Equal(b.First.First.Credit - b.Second.Bucket.Period.Ticks, b.First.Second.Credit));
        });

    /// <summary>A2. Guards against charging twice for a reply that was lost.</summary>
    [Fact]
    public void A_repeated_request_is_answered_like_the_first_and_takes_nothing_more() =>
        EachDecision((client, request, policy, now) =>
        {
            var (after, first) = Client.Decide(client, request, policy, now);

            var (again, second) = Client.Decide(after, request, policy, now);

            Assert.Equal(first, second);
            Client.AssertSame(after with { RecentUse = again.RecentUse }, again);
        });

    /// <summary>Guards the order of the reasons, and C1 and Q1: nothing above a limit is ever admitted.</summary>
    [Fact]
    public void The_verdict_is_the_first_reason_in_the_order_that_is_promised() =>
        EachDecision((client, request, policy, now) =>
        {
            var state = client.At(now, policy);

            var (_, decision) = Client.Decide(client, request, policy, now);

            Assert.Equal(Expected(state, request, policy), decision.Verdict);
            Assert.Equal(decision.Verdict is Verdict.QuotaExhausted or Verdict.NoFreeSlot or Verdict.RateLimited,
                decision.RefusedBy is not null);
        });

    /// <summary>R4. Guards clients that come back exactly when they were told to.</summary>
    [Fact]
    public void A_refused_rate_names_the_tick_at_which_it_would_admit() =>
        EachDecision((client, request, policy, now) =>
        {
            var (after, decision) = Client.Decide(client, request, policy, now);
            if (decision.Verdict is not Verdict.RateLimited)
            {
                return;
            }

            var tick = TimeSpan.FromTicks(1);
            var due = now.Elapsed + decision.RetryAfter;
            var (_, early) = Client.Decide(after, request, policy, Client.At(due - tick));
            var (_, inTime) = Client.Decide(after, request, policy, Client.At(due));

            Assert.Equal((Verdict.RateLimited, tick), (early.Verdict, early.RetryAfter));
            Assert.NotEqual(Verdict.RateLimited, inTime.Verdict);
        });

    private static Verdict Expected(ClientState state, AdmissionRequest request, ClientPolicy policy)
    {
        var quotas = state.Quotas.Zip(policy.Quotas).ToList();
        var rates = state.Buckets.Zip(policy.Rates);
        return state.Slots.Taken.ContainsKey(request.RequestId) ? Verdict.Admitted
            : request.Mac.Span[0] != 7 ? Verdict.UnknownKey
            : request.Model == "deepseek-r1" ? Verdict.ModelForbidden
            : request.Model == "secret" ? Verdict.ModelUnknown
            : quotas.Any(q => q.First.Used >= q.Second.Amount) ? Verdict.QuotaExhausted
            : policy.Concurrency.Any(limit => state.Slots.InUse >= limit.Amount) ? Verdict.NoFreeSlot
            : rates.Any(rate => rate.First.Credit < rate.Second.Bucket.Period.Ticks) ? Verdict.RateLimited
            : quotas.Any(q => q.First.Used >= q.First.Reserved) ? Verdict.Pending
            : Verdict.Admitted;
    }

    /// <summary>
    /// Plays histories, and puts every request in them to the law at the state in which it was asked.
    /// </summary>
    private static void EachDecision(Action<ClientState, AdmissionRequest, ClientPolicy, Moment> law) =>
        Law.Holds(Limits.Zip(Histories), drawn =>
        {
            var policy = Client.Policy(drawn.Item1);
            var client = ClientState.Begin(policy, new Dictionary<string, Quota>(), Client.At(TimeSpan.Zero));
            var elapsed = TimeSpan.Zero;
            foreach (var happening in drawn.Item2)
            {
                elapsed += happening.Gap;
                var now = Client.At(elapsed);
                var id = new RequestId(1, happening.Sequence);
                switch (happening.Act)
                {
                    case Act.Ask:
                        var request = Client.Ask(id, happening.RightKey, happening.Model);
                        law(client, request, policy, now);
                        client = Client.Decide(client, request, policy, now).Next;
                        break;
                    case Act.Reserve:
                        client = client.At(now, policy).WithReserves(policy, block: 2);
                        break;
                    default:
                        client = Client.Complete(client, id, happening.Act is Act.Complete, policy, now);
                        break;
                }
            }
        }, tests: 1_000);
}
