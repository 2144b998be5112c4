using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;
using static Sluice.Unit.Rules.Admission.Client;

namespace Sluice.Unit.Rules.Admission;

public sealed class AdmissionRulesTests
{
    private static readonly ClientPolicy All = Policy(TwoPerSecond, FivePerMinute, TwoAtOnce, TenPerMonth);

    [Fact]
    public void An_admitted_request_takes_one_of_everything()
    {
        var (client, decision) = Decide(Idle(All), Ask(1), All, At(seconds: 0));

        Assert.Equal(
            new Decision(
                Verdict.Admitted, TimeSpan.Zero, null, new BindingRate("per-second", 2, 1, TimeSpan.FromSeconds(0.5))),
            decision);
        Assert.Equal([1, 4], client.Buckets.Zip(All.Rates, (bucket, rate) => bucket.Remaining(rate.Bucket)));
        Assert.Equal(new Slot(All.SlotTtl, At(0)), Assert.Single(client.Slots.Taken).Value);
        Assert.Equal([1], client.Quotas.Select(quota => quota.Used));
    }

    /// <summary>
    /// Guards the order in which a client hears the reasons: each row removes the reason of the row before.
    /// </summary>
    [Fact]
    public void The_reasons_are_told_in_order_key_suspension_model_quota_slots_rates_reserve()
    {
        var policy = Policy(TwoPerSecond, FivePerMinute, TwoAtOnce, TenPerMonth with { Amount = 2 });
        var full = Idle(policy, reserved: 2).Admit(1, policy).Admit(2, policy);
        var wrong = Ask(3) with { Mac = new byte[32], Model = "nobody's" };
        var suspended = policy with { Suspended = true, Keys = policy.Keys.Revoke(1, "", Start)! };

        Assert.Equal((Verdict.UnknownKey, null), Refusal(full, wrong, suspended));
        wrong = wrong with { Mac = Mac.AsMemory() };
        Assert.Equal((Verdict.KeyRevoked, null), Refusal(full, wrong, suspended));
        suspended = suspended with { Keys = policy.Keys };
        Assert.Equal((Verdict.ClientSuspended, null), Refusal(full, wrong, suspended));
        Assert.Equal((Verdict.ModelUnknown, null), Refusal(full, wrong, policy));
        Assert.Equal((Verdict.ModelForbidden, null), Refusal(full, wrong with { Model = "deepseek-r1" }, policy));
        Assert.Equal((Verdict.QuotaExhausted, "per-month"), Refusal(full, Ask(3), policy));
        full = full with { Quotas = [full.Quotas[0] with { Used = 1, Reserved = 1 }] };
        Assert.Equal((Verdict.NoFreeSlot, "at-once"), Refusal(full, Ask(3), policy));
        full = full with { Slots = full.Slots.With(slots => slots.Free(Id(1))) };
        Assert.Equal((Verdict.RateLimited, "per-second"), Refusal(full, Ask(3), policy));
        full = full with { Buckets = [TokenBucket.Full(policy.Rates[0].Bucket, default), full.Buckets[1]] };
        Assert.Equal((Verdict.Pending, null), Refusal(full, Ask(3), policy));
        full = full with { Quotas = [full.Quotas[0] with { Reserved = 2 }] };
        Assert.Equal((Verdict.Admitted, null), Refusal(full, Ask(3), policy));
    }

    [Fact]
    public void A_key_past_its_end_is_expired()
    {
        var request = Ask(1);

        var (_, decision) = Decide(Idle(All), request, All, At(0) with { Utc = Start.AddDays(90) });

        Assert.Equal(Verdict.KeyExpired, decision.Verdict);
    }

    [Fact]
    public void A_refusal_changes_nothing()
    {
        var policy = Policy(TwoPerSecond, TwoAtOnce, TenPerMonth);
        var full = Idle(policy).Admit(1, policy).Admit(2, policy);

        AssertSame(full, Decide(full, Ask(3), policy, At(0)).Next);
        AssertSame(full, Decide(full, Ask(3) with { Mac = new byte[32] }, policy, At(0)).Next);
        AssertSame(full, Decide(full, Ask(3) with { Model = "deepseek-r1" }, policy, At(0)).Next);
    }

    /// <summary>Guards against charging twice when a reply is lost and the edge asks again.</summary>
    [Fact]
    public void A_repeated_request_is_answered_like_the_first_and_charged_once()
    {
        var (client, first) = Decide(Idle(All), Ask(1), All, At(0));

        var (again, second) = Decide(client, Ask(1), All, At(0));

        Assert.Equal(first, second);
        AssertSame(client, again);
    }

    /// <summary>
    /// Guards a call that may be running already: what changed since its first answer is not its matter.
    /// </summary>
    /// <summary>Guards the pool: an edge runs a call for a slot's time from its last question, not its first.</summary>
    [Fact]
    public void A_repeated_request_has_its_slot_for_a_whole_time_again()
    {
        var policy = Policy(TwoAtOnce);
        var client = Idle(policy).Admit(1, policy).Admit(2, policy).Admit(1, policy, seconds: 8);

        var (later, _) = Decide(client, Ask(3), policy, At(15));
        Assert.Equal([1, 3], later.Slots.Taken.Keys.Select(id => id.Sequence).Order());
        Assert.Equal(Verdict.NoFreeSlot, Decide(later, Ask(4), policy, At(22.999)).Decision.Verdict);
        Assert.Equal(Verdict.Admitted, Decide(later, Ask(4), policy, At(23)).Decision.Verdict);
    }

    [Fact]
    public void A_repeated_request_is_admitted_though_every_limit_is_reached_meanwhile()
    {
        var client = Idle(All).Admit(1, All).Admit(2, All);
        var revoked = All with { Keys = All.Keys.Revoke(1, "", Start)! };

        Assert.Equal((Verdict.Admitted, null), Refusal(client, Ask(1), revoked));
    }

    [Fact]
    public void A_request_that_waits_for_its_reserve_takes_nothing_and_is_counted_to_size_the_next_one()
    {
        var client = Idle(All, reserved: 0);

        var (next, decision) = Decide(client, Ask(1), All, At(0));

        Assert.Equal((Verdict.Pending, AdmissionRules.PendingRetryAfter), (decision.Verdict, decision.RetryAfter));
        AssertSame(client with { RecentUse = [new RecentUse(default, 1, 0)] }, next);
    }

    [Fact]
    public void One_quota_without_reserve_holds_up_the_others_without_charging_them()
    {
        var policy = Policy(TenPerMonth, TenPerMonth with { Name = "other" });
        var client = Idle(policy);
        client = client with { Quotas = [client.Quotas[0], client.Quotas[1] with { Reserved = 0 }] };

        var (next, decision) = Decide(client, Ask(1), policy, At(0));

        Assert.Equal(Verdict.Pending, decision.Verdict);
        Assert.Equal(client.Quotas, next.Quotas);
    }

    [Fact]
    public void The_longest_wait_is_named_with_its_limit_and_is_exact()
    {
        var policy = Policy(TwoPerSecond, FivePerMinute);
        var client = Idle(policy);
        for (var i = 0; i < 5; i++)
        {
            client = client.Admit(i, policy, seconds: i / 2.0);
        }

        var (_, decision) = Decide(client, Ask(9), policy, At(2));

        // The first token of the five-per-minute comes 12 s after it was full; 0.5 s would do for the other.
        Assert.Equal((Verdict.RateLimited, "per-minute"), (decision.Verdict, decision.RefusedBy));
        Assert.Equal(TimeSpan.FromSeconds(10), decision.RetryAfter);
        Assert.Equal(Verdict.RateLimited, Refusal(client, Ask(9), policy, seconds: 11.9999999).Verdict);
        Assert.Equal(Verdict.Admitted, Refusal(client, Ask(9), policy, seconds: 12).Verdict);
    }

    [Fact]
    public void A_taken_slot_is_free_when_its_time_is_over_and_a_polite_wait_is_named_until_then()
    {
        var policy = Policy(TwoAtOnce);
        var client = Idle(policy).Admit(1, policy).Admit(2, policy);

        var (_, decision) = Decide(client, Ask(3), policy, At(seconds: 14.9999999));
        Assert.Equal(
            new Decision(Verdict.NoFreeSlot, AdmissionRules.SlotRetryAfter, "at-once", default), decision);

        Assert.Equal(Verdict.Admitted, Refusal(client, Ask(3), policy, seconds: 15).Verdict);
    }

    [Fact]
    public void The_binding_rate_is_the_one_with_the_fewest_whole_tokens_left()
    {
        var wide = new Limit("wide", LimitKind.Rate, 1_000, 0, TimeSpan.FromHours(1));
        var policy = Policy(wide, FivePerMinute, FivePerMinute with { Name = "the-same" });

        var (_, decision) = Decide(Idle(policy), Ask(1), policy, At(0));

        Assert.Equal(new BindingRate("per-minute", 5, 4, TimeSpan.FromSeconds(12)), decision.Requests);
    }

    [Fact]
    public void A_client_without_limits_is_admitted_without_a_binding_rate()
    {
        var policy = Policy();

        var (_, decision) = Decide(Idle(policy), Ask(1), policy, At(0));

        Assert.Equal(new Decision(Verdict.Admitted, TimeSpan.Zero, null, default), decision);
    }

    [Fact]
    public void A_key_alone_is_judged_by_its_secret_its_end_and_the_clients_suspension()
    {
        var suspended = All with { Suspended = true };
        var revoked = suspended with { Keys = All.Keys.Revoke(1, "", Start)! };

        Assert.Equal(Verdict.Admitted, AdmissionRules.Identify(1, Mac.AsSpan(), All, At(0)));
        Assert.Equal(Verdict.ClientSuspended, AdmissionRules.Identify(1, Mac.AsSpan(), suspended, At(0)));
        Assert.Equal(Verdict.KeyRevoked, AdmissionRules.Identify(1, Mac.AsSpan(), revoked, At(0)));
        Assert.Equal(Verdict.UnknownKey, AdmissionRules.Identify(2, Mac.AsSpan(), All, At(0)));
        Assert.Equal(Verdict.UnknownKey, AdmissionRules.Identify(1, Mac.AsSpan(), ClientPolicy.Nobody, At(0)));
    }

    /// <summary>Guards the path that every request takes: what it makes is the answer, and that is a value.</summary>
    [Fact]
    public void A_decision_and_a_completion_allocate_nothing()
    {
        var tokens = new Limit("tokens", LimitKind.Rate, 1_000_000, 0, TimeSpan.FromMinutes(1), Units.TotalTokens);
        var policy = Policy(
            TwoPerSecond with { Amount = 1_000_000 }, tokens, TwoAtOnce, TenPerMonth with { Amount = 1_000_000 });
        var client = Idle(policy, reserved: 1_000_000);
        var request = Ask(1) with { Costs = new Costs(20, 30) };
        Run(count: 2_000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(count: 1_000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(3_000, client.Quotas[0].Used);

        void Run(int count)
        {
            for (var i = 0; i < count; i++)
            {
                AdmissionRules.Decide(client, request, policy, At(0));
                var ending = new Ending(EndingKind.Used, new Costs(20, 10));
                AdmissionRules.Complete(client, request.RequestId, ending, policy, At(0));
            }
        }
    }

    [Fact]
    public void What_costs_more_than_a_rate_ever_holds_is_told_so_and_takes_nothing()
    {
        var policy = Policy(new Limit("tokens", LimitKind.Rate, 100, 0, TimeSpan.FromMinutes(1), Units.TotalTokens));
        var client = Idle(policy);

        var (next, decision) = Decide(client, Ask(1) with { Costs = new Costs(100, 1) }, policy, At(0));

        Assert.Equal((Verdict.TooLarge, "tokens"), (decision.Verdict, decision.RefusedBy));
        Assert.Equal(TimeSpan.Zero, decision.RetryAfter);
        Assert.Equal(new BindingRate("tokens", 100, 100, TimeSpan.Zero), decision.Tokens);
        AssertSame(client, next);
    }

    /// <summary>Guards calls without images against a debt of images.</summary>
    [Fact]
    public void A_limit_in_a_unit_that_a_call_does_not_cost_is_not_asked()
    {
        var policy = Policy(new Limit("images", LimitKind.Rate, 5, 0, TimeSpan.FromMinutes(1), "images"));
        var client = Idle(policy);
        client.Buckets[0] = client.Buckets[0].Take(50, policy.Rates[0].Bucket);

        Assert.Equal((Verdict.Admitted, null), Refusal(client, Ask(1), policy));
        var withImage = Ask(1) with { Costs = new Costs(0, 0, [new Cost("images", 1)]) };
        Assert.Equal((Verdict.RateLimited, "images"), Refusal(client, withImage, policy));
    }

    /// <summary>Guards a crash: what is spent of a rate is stored before, and taken nowhere until it is.</summary>
    [Fact]
    public void A_request_that_waits_for_its_rate_to_be_stored_takes_nothing()
    {
        var policy = Policy(TwoPerSecond, TenPerMonth);
        var client = Idle(policy);
        client.Ceilings[0] = RateCeiling.Closed(client.Buckets[0]);

        var (next, decision) = Decide(client, Ask(1), policy, At(0));

        Assert.Equal(Verdict.Pending, decision.Verdict);
        AssertSame(client with { RecentUse = next.RecentUse }, next);
        var limit = policy.Rates[0].Bucket;
        var stored = client.Ceilings[0].Next(client.Buckets[0], 1, RateCeiling.AheadOf(limit), limit)!.Value;
        client.Ceilings[0] = client.Ceilings[0].Raised(stored, TimeSpan.Zero);
        Assert.Equal((Verdict.Admitted, null), Refusal(client, Ask(1), policy));
    }

    /// <summary>Guards the pool after a crash: an edge that has not told may run all that it was granted.</summary>
    [Fact]
    public void Slots_that_edges_may_hold_are_granted_to_nobody_and_a_slot_is_stored_before_it_is_granted()
    {
        var policy = Policy(TwoAtOnce with { Amount = 3 });
        var client = Idle(policy) with
        {
            Slots = Slots.Recovering([new StoredSlots(1, 2), new StoredSlots(2, 1)], until: TimeSpan.FromSeconds(15)),
        };

        // It waits: what edges have not told is no use of the client's own that it could end.
        Assert.Equal((Verdict.Pending, null), Refusal(client, Ask(1), policy));

        client.Slots.Adopt(edgeSession: 2, upToSequence: 9, new HashSet<long>(), TimeSpan.FromSeconds(15));
        Assert.Equal((Verdict.Pending, null), Refusal(client, Ask(1), policy)); // Told or not, no more than is stored.

        client.Slots.Adopt(edgeSession: 1, upToSequence: 9, new HashSet<long> { 5 }, TimeSpan.FromSeconds(15));
        Assert.Equal((Verdict.Admitted, null), Refusal(client, Ask(1), policy));
    }

    private static (Verdict Verdict, string? By) Refusal(
        ClientState client, AdmissionRequest request, ClientPolicy policy, double seconds = 0)
    {
        var (_, decision) = Decide(client, request, policy, At(seconds));
        return (decision.Verdict, decision.RefusedBy);
    }
}
