using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;
using static Sluice.Unit.Rules.Admission.Client;

namespace Sluice.Unit.Rules.Admission;

public sealed class ReserveRulesTests
{
    private static readonly StoredCounts Nothing =
        new(new Dictionary<string, Quota>(), new Dictionary<string, RateStored>(), []);

    /// <summary>Guards a change of plan during a write: what is stored is read by the limit that it names.</summary>
    [Fact]
    public void What_was_stored_of_a_rate_opens_nothing_under_another_limit()
    {
        var before = Policy(FivePerMinute);
        var after = Policy(FivePerMinute with { Amount = 50 });
        var client = Nothing.Begin(before, At(0));
        var next = ReserveRules.Next(client, before, new ReserveNeed(1, default, []), At(0).Elapsed);
        var changed = client.Under(after, before, At(0));

        ReserveRules.Stored(client, before, next);
        ReserveRules.Stored(changed, after, next);

        Assert.True(client.Ceilings[0].Covers(client.Buckets[0], 1, before.Rates[0].Bucket));
        Assert.False(changed.Ceilings[0].Covers(changed.Buckets[0], 1, after.Rates[0].Bucket));
    }

    /// <summary>Guards the pool: who knows only some slots must not store that there are no others.</summary>
    [Fact]
    public void A_clean_stop_stores_slots_only_when_every_edge_has_told()
    {
        var policy = Policy(TwoAtOnce);
        var client = (Nothing with { Slots = [new StoredSlots(1, 1), new StoredSlots(2, 1)] }).Begin(policy, At(0));
        client.Slots.Adopt(1, upToSequence: 1, new HashSet<long> { 1 }, deadline: At(15).Elapsed);
        var early = ReserveRules.Exact(client, policy, At(1).Elapsed);

        client.Slots.Adopt(2, upToSequence: 0, new HashSet<long>(), deadline: At(15).Elapsed);
        var late = ReserveRules.Exact(client, policy, At(1).Elapsed);

        Assert.Empty(early.Slots);
        Assert.Equal([new StoredSlots(1, 1), new StoredSlots(2, 0)], late.Slots);
    }
}
