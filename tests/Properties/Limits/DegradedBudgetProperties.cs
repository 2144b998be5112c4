using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Limits;

/// <summary>What must hold of an edge that cannot reach a client's owner, however that comes and goes.</summary>
public sealed class DegradedBudgetProperties
{
    /// <param name="Fails">True: the owner cannot be reached; false: it takes what is untold.</param>
    /// <param name="Tokens">Tokens that a call asks for then.</param>
    /// <param name="Gap">Time since the event before.</param>
    private readonly record struct Event(bool Fails, long Tokens, TimeSpan Gap);

    private static readonly Gen<Event[]> Histories =
        (from reached in Draw.OneIn(3)
         from tokens in Gen.Choose(0, 30)
         from milliseconds in Draw.Mostly(0, 500, 20_000)
         select new Event(!reached, tokens, TimeSpan.FromMilliseconds(milliseconds))).ArrayOf(80);

    /// <summary>D1. Guards the bound that a plan names: so much in every grace, and nothing after it.</summary>
    [Fact]
    public void D1_no_grace_spends_more_than_the_budget_and_all_of_it_is_told() =>
        Law.Holds(Gen.Choose(0, 60), Histories, (budget, history) =>
        {
            var plan = DegradedPlan.Default;
            var state = default(DegradedBudget);
            var (now, told) = (TimeSpan.Zero, 0L);
            var spent = new List<(TimeSpan Outage, long Tokens)>();
            foreach (var happening in history)
            {
                now += happening.Gap;
                if (!happening.Fails)
                {
                    told += state.Untold;
                    state = state.Told(state.Untold, plan, now);
                    continue;
                }

                state = state.Failed(plan, now);
                if (state.Spend(happening.Tokens, budget, verified: now, plan, now) is { } next)
                {
                    state = next;
                    spent.Add((state.FirstFailure!.Value, happening.Tokens));
                    Assert.True(now - state.FirstFailure < plan.Grace);
                }
            }

            Assert.Equal(spent.Sum(call => call.Tokens), told + state.Untold);
            var outages = spent.GroupBy(call => call.Outage).ToList();
            Assert.All(outages, outage => Assert.True(outage.Sum(call => call.Tokens) <= budget));
            Assert.All(outages.Zip(outages.Skip(1)), pair =>
                Assert.True(pair.Second.Key - pair.First.Key >= plan.Grace));
        });
}
