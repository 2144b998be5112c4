using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Admission;

/// <summary>What a limit that counts some calls only may never do to the others, and must do to those.</summary>
public sealed class ScopeProperties
{
    private static readonly LimitScope Large = LimitScope.Of(["qwen-large*"], [], [], [])!;

    /// <param name="Ask">False: a completion.</param>
    /// <param name="Sequence">The request it happens to; small, so that requests repeat. The even ones count.</param>
    /// <param name="Gap">Time since the event before.</param>
    /// <param name="Costs">What the call costs, or has used.</param>
    private readonly record struct Event(bool Ask, long Sequence, TimeSpan Gap, Costs Costs)
    {
        public bool Counts => Sequence % 2 == 0;

        public string Model => Counts ? "qwen-large-2" : "qwen-small";
    }

    private static readonly Gen<Limit> AnyLimit =
        from kind in Gen.Elements(LimitKind.Rate, LimitKind.Rate, LimitKind.Concurrency, LimitKind.Quota)
        from unit in Gen.Elements(null, Units.TotalTokens, Units.InputTokens)
        from amount in Draw.Mostly(1, 5, 60)
        from milliseconds in Draw.Mostly(1, 1_000, 20_000)
        let period = kind is LimitKind.Rate ? TimeSpan.FromMilliseconds(milliseconds) : TimeSpan.Zero
        select new Limit("large", kind, amount, 0, period, kind is LimitKind.Concurrency ? null : unit);

    private static readonly Gen<Event[]> Histories =
        (from ask in Draw.OneIn(3).Select(ends => !ends)
         from sequence in Gen.Choose(1, 24)
         from milliseconds in Gen.Frequency(
             (8, Draw.Mostly(0, 10, 3_000)), (1, Gen.Choose(14_990, 15_010)), (1, Gen.Constant(3_600_000)))
         from input in Gen.Choose(0, 20)
         from output in Gen.Choose(0, 20)
         select new Event(ask, sequence, TimeSpan.FromMilliseconds(milliseconds), new Costs(input, output)))
        .ArrayOf(60);

    /// <summary>
    /// Guards both sides: calls that the limit counts are decided on as if there were no others, and the others as if
    /// there were no limit.
    /// </summary>
    [Fact]
    public void A_limit_with_a_scope_is_the_same_limit_in_a_world_of_those_calls_alone() =>
        Law.Holds(AnyLimit.Zip(Histories), drawn =>
        {
            var (limit, history) = drawn;
            var (alone, scoped) = (Client.Policy([limit]), Client.Policy([limit with { Scope = Large }]));
            var (those, all) = (Begin(alone), Begin(scoped));
            var elapsed = TimeSpan.Zero;
            foreach (var happening in history)
            {
                elapsed += happening.Gap;
                var now = Client.At(elapsed);
                var decision = Happens(all, happening, scoped, now);
                if (happening.Counts)
                {
                    Assert.Equal(Happens(those, happening, alone, now), decision);
                    Assert.Equal(those.Buckets, all.Buckets);
                    Assert.Equal(those.Quotas, all.Quotas);
                    Assert.Equal(those.Slots.InUse, all.Slots.InUseOf(Large));
                }
                else if (decision is { } other)
                {
                    Assert.Equal((Verdict.Admitted, null), (other.Verdict, other.RefusedBy));
                    Assert.Equal((null, null), (other.Requests.Name, other.Tokens.Name));
                }
            }
        });

    private static ClientState Begin(ClientPolicy policy) => ClientState.Begin(
        policy,
        policy.Quotas.ToImmutableDictionary(
            quota => quota.Key, quota => new Quota(quota.Calendar.PeriodOf(Client.Start), 0, quota.Amount)),
        Client.At(TimeSpan.Zero));

    private static Decision? Happens(ClientState client, Event happening, ClientPolicy policy, Moment now)
    {
        var id = new RequestId(1, happening.Sequence);
        for (var i = 0; i < client.Quotas.Length; i++)
        {
            client.Quotas[i] = client.Quotas[i].At(now.Utc) with { Reserved = policy.Quotas[i].Amount };
        }

        if (happening.Ask)
        {
            var costs = happening.Costs with { Call = new CallFacts(happening.Model) };
            var request = Client.Ask(id, model: happening.Model) with { Costs = costs };
            return AdmissionRules.Decide(client, request, policy, now);
        }

        AdmissionRules.Complete(client, id, new Ending(EndingKind.Used, happening.Costs), policy, now);
        return null;
    }
}
