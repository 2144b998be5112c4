using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Admission;

/// <summary>What limits on trial and looks at a client may never do, whatever the limits and the history.</summary>
public sealed class ShadowProperties
{
    /// <param name="Ask">False: a completion.</param>
    /// <param name="Sequence">The request it happens to; small, so that requests repeat.</param>
    /// <param name="Gap">Time since the event before.</param>
    /// <param name="Costs">What the call costs, or has used.</param>
    private readonly record struct Event(bool Ask, long Sequence, TimeSpan Gap, Costs Costs);

    private static readonly Gen<Limit> AnyLimit =
        from kind in Gen.Elements(LimitKind.Rate, LimitKind.Rate, LimitKind.Concurrency, LimitKind.Quota)
        from unit in Gen.Elements(null, Units.TotalTokens, Units.InputTokens)
        from amount in Draw.Mostly(1, 5, 60)
        from milliseconds in Draw.Mostly(1, 1_000, 20_000)
        let period = kind is LimitKind.Rate ? TimeSpan.FromMilliseconds(milliseconds) : TimeSpan.Zero
        select new Limit("", kind, amount, 0, period, kind is LimitKind.Concurrency ? null : unit);

    private static readonly Gen<(ImmutableArray<Limit> Enforced, ImmutableArray<Limit> OnTrial)> Sets =
        from enforced in AnyLimit.ArrayOf(3)
        from onTrial in AnyLimit.ArrayOf(4)
        select (
            enforced.Select((limit, i) => limit with { Name = $"l{i}" }).ToImmutableArray(),
            onTrial.Select((limit, i) => limit with { Name = $"s{i}", Shadow = true }).ToImmutableArray());

    private static readonly Gen<Event[]> Histories =
        (from ask in Draw.OneIn(3).Select(ends => !ends)
         from sequence in Gen.Choose(1, 12)
         from milliseconds in Gen.Frequency(
             (8, Draw.Mostly(0, 10, 3_000)), (1, Gen.Choose(14_990, 15_010)), (1, Gen.Constant(3_600_000)))
         from input in Gen.Choose(0, 20)
         from output in Gen.Choose(0, 20)
         select new Event(ask, sequence, TimeSpan.FromMilliseconds(milliseconds), new Costs(input, output)))
        .ArrayOf(60);

    /// <summary>P8. Guards whoever tries a limit: the clients must not notice.</summary>
    [Fact]
    public void Limits_on_trial_change_no_decision_and_no_level() => Law.Holds(Sets.Zip(Histories), drawn =>
    {
        var (plain, tried) = (
            Client.Policy(drawn.Item1.Enforced), Client.Policy(drawn.Item1.Enforced.AddRange(drawn.Item1.OnTrial)));
        var (alone, together) = (Begin(plain), Begin(tried));
        Play(drawn.Item2, (happening, now) =>
        {
            var before = Happens(alone, happening, plain, now);
            var after = Happens(together, happening, tried, now);

            Assert.Equal(before, after is { } decision ? decision with { ShadowRefusals = 0 } : null);
            Client.AssertSame(alone, together);
        });
    }, tests: 1_000);

    /// <summary>P8. The other half of it: with nothing in force, no limit refuses, and no call waits for one.</summary>
    [Fact]
    public void Where_every_limit_is_on_trial_none_refuses() => Law.Holds(Sets.Zip(Histories), drawn =>
    {
        var policy = Client.Policy(drawn.Item1.OnTrial);
        var client = Begin(policy);
        Play(drawn.Item2, (happening, now) =>
        {
            if (Happens(client, happening, policy, now) is { } decision)
            {
                Assert.Equal((Verdict.Admitted, null), (decision.Verdict, decision.RefusedBy));
            }
        });
    }, tests: 1_000);

    /// <summary>
    /// Guards the numbers that a trial is judged by: a limit on trial alone says no exactly where it would in force.
    /// </summary>
    [Fact]
    public void A_limit_on_trial_says_what_it_would_in_force() => Law.Holds(
        AnyLimit.Where(limit => limit.Kind is not LimitKind.Quota).Zip(Histories), drawn =>
    {
        var limit = drawn.Item1 with { Name = "l" };
        var (forced, tried) = (Client.Policy([limit]), Client.Policy([limit with { Shadow = true }]));
        var (enforced, client) = (Begin(forced), Begin(tried));
        Play(drawn.Item2, (happening, now) =>
        {
            var known = client.At(now, tried).Slots.Taken.ContainsKey(new RequestId(1, happening.Sequence));
            if (happening.Ask && known)
            {
                return; // A repeat: in force, it might be of a call that was refused.
            }

            var expected = Happens(enforced, happening, forced, now);
            var decision = Happens(client, happening, tried, now);

            Assert.Equal(expected?.Verdict is not (null or Verdict.Admitted), decision?.ShadowRefusals > 0);
        });
    }, tests: 1_000);

    /// <summary>R3. Guards clients from whoever looks at them, and whoever looks from a wrong answer.</summary>
    [Fact]
    public void A_look_changes_nothing_and_tells_what_is_then_decided() => Law.Holds(Sets.Zip(Histories), drawn =>
    {
        var policy = Client.Policy(drawn.Item1.Enforced.AddRange(drawn.Item1.OnTrial));
        var client = Begin(policy);
        Play(drawn.Item2, (happening, now) =>
        {
            var request = Client.Ask(new RequestId(1, happening.Sequence)) with { Costs = happening.Costs };
            var repeat = client.At(now, policy).Slots.Taken.ContainsKey(request.RequestId);
            var before = client.Copy();

            var (supposed, limits) = Explanation.Try(client, request, policy, now);

            AssertSameWithTrials(before, client);
            if (happening.Ask)
            {
                Assert.Equal(supposed, AdmissionRules.Decide(client, request, policy, now));
                if (!repeat)
                {
                    AssertTold(supposed, limits);
                }
            }
            else
            {
                Happens(client, happening, policy, now);
            }
        });
    }, tests: 1_000);

    /// <summary>The numbers say the same as the verdict.</summary>
    private static void AssertTold(Decision decision, ImmutableArray<LimitNumbers> limits)
    {
        Assert.Equal(
            decision.Verdict is not (Verdict.Admitted or Verdict.Pending),
            limits.Any(limit => limit.Refuses && !limit.IsShadow));
        if (decision.RefusedBy is { } name)
        {
            Assert.True(limits.Single(limit => limit.Name == name).Refuses);
        }

        if (decision.Verdict is Verdict.RateLimited)
        {
            Assert.Equal(decision.RetryAfter, limits.Where(
                limit => limit.Kind is LimitKind.Rate && !limit.IsShadow).Max(limit => limit.RetryAfter));
        }

        if (decision.Verdict is Verdict.Admitted)
        {
            var onTrial = limits.Where(limit => limit.IsShadow).Select((limit, i) =>
                limit.Refuses ? UInt128.One << i : 0);
            Assert.Equal(decision.ShadowRefusals, onTrial.Aggregate(UInt128.Zero, (all, one) => all | one));
        }
    }

    private static ClientState Begin(ClientPolicy policy) =>
        ClientState.Begin(policy, new Dictionary<string, Quota>(), Client.At(TimeSpan.Zero))
            .WithReserves(policy, block: 100);

    private static void Play(Event[] history, Action<Event, Moment> law)
    {
        var elapsed = TimeSpan.Zero;
        foreach (var happening in history)
        {
            elapsed += happening.Gap;
            law(happening, Client.At(elapsed));
        }
    }

    private static Decision? Happens(ClientState client, Event happening, ClientPolicy policy, Moment now)
    {
        var id = new RequestId(1, happening.Sequence);
        if (happening.Ask)
        {
            return AdmissionRules.Decide(client, Client.Ask(id) with { Costs = happening.Costs }, policy, now);
        }

        AdmissionRules.Complete(client, id, new Ending(EndingKind.Used, happening.Costs), policy, now);
        return null;
    }

    private static void AssertSameWithTrials(ClientState expected, ClientState actual)
    {
        Client.AssertSame(expected, actual);
        Assert.Equal(
            expected.Shadows.Select(shadow => shadow.Refusals), actual.Shadows.Select(shadow => shadow.Refusals));
        foreach (var (first, second) in expected.Shadows.Zip(actual.Shadows))
        {
            Client.AssertSame(first.Alone, second.Alone);
        }
    }
}
