using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Xunit;

namespace Sluice.Unit.Grains.Tenants;

/// <summary>Guards what a tenant's clients may use together, and that a refusal changes nothing at either.</summary>
public sealed class TenantLimitTests
{
    [Fact]
    public void A_rate_is_one_for_all_clients_of_the_tenant()
    {
        var world = new TenantWorld([GrainWorld.Rate(10)], GrainWorld.Quota(100));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.One).Verdict);
            Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.Other).Verdict);
        }

        var refused = world.Admit(TenantWorld.One);

        TenantWorld.Refused("tenant/rpm", Verdict.RateLimited, refused);
        Assert.Equal(TimeSpan.FromSeconds(6), refused.RetryAfter);
        Assert.Equal(new LimitShortage("requests", 1, 10), refused.Shortage);
        Assert.Equal(5, world.Grains.InspectQuota().Used);
        world.Grains.Advance(refused.RetryAfter - TimeSpan.FromTicks(1));
        Assert.Equal(Verdict.RateLimited, world.Admit(TenantWorld.Other).Verdict);
        world.Grains.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.Other).Verdict);
    }

    [Fact]
    public void What_a_client_refuses_costs_its_tenant_nothing()
    {
        var world = new TenantWorld([GrainWorld.Rate(100), GrainWorld.Slots(9)], GrainWorld.Quota(1));
        Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.One).Verdict);

        TenantWorld.Refused("monthly", Verdict.QuotaExhausted, world.Admit(TenantWorld.One));
        Assert.Equal(Verdict.UnknownKey, world.Admit(
            TenantWorld.One, GrainWorld.RequestOf(world.NextSequence(), digest: new byte[32])).Verdict);

        Assert.Equal((1, 1), (world.Used("rpm"), world.State.Calls));
    }

    [Fact]
    public void Slots_are_shared_and_free_when_calls_end_at_any_client()
    {
        var world = new TenantWorld([GrainWorld.Slots(2)]);
        var first = world.NextSequence();
        var reply = world.Admit(TenantWorld.One, first);
        world.Admit(TenantWorld.Other);
        TenantWorld.Refused("tenant/slots", Verdict.NoFreeSlot, world.Admit(TenantWorld.Other));

        world.End(TenantWorld.One, first);
        world.End(TenantWorld.One, first); // Once more, as an edge does whose answer was lost.

        Assert.Equal((Verdict.Admitted, SlotFence.Strict), (reply.Verdict, reply.Fence));
        Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.Other).Verdict);
        TenantWorld.Refused("tenant/slots", Verdict.NoFreeSlot, world.Admit(TenantWorld.One));
    }

    [Fact]
    public void A_slot_is_renewed_through_its_client_and_free_when_nobody_does()
    {
        var world = new TenantWorld([GrainWorld.Slots(1)]);
        var running = world.NextSequence();
        var epoch = world.Admit(TenantWorld.One, running).Epoch;
        for (var i = 0; i < 3; i++)
        {
            world.Grains.Advance(TimeSpan.FromSeconds(10));
            Assert.True(world.Report(TenantWorld.One, epoch, running).IsRenewed);
        }

        Assert.Equal(Verdict.NoFreeSlot, world.Admit(TenantWorld.Other).Verdict);
        world.Grains.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.Other).Verdict);
    }

    /// <summary>
    /// Guards a call whose answer was lost: its edge counts the slot's time from the last question, at both owners.
    /// </summary>
    [Fact]
    public void A_question_that_is_repeated_holds_the_slot_for_a_whole_time_again_at_the_tenant_too()
    {
        var world = new TenantWorld([GrainWorld.Slots(1)]);
        var sequence = world.NextSequence();
        world.Admit(TenantWorld.One, sequence);
        world.Grains.Advance(TimeSpan.FromSeconds(10));
        world.Grains.TenantCalls.Forget();

        Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.One, sequence).Verdict);

        Assert.Equal(1, world.Grains.TenantCalls.All);
        world.Grains.Advance(TimeSpan.FromSeconds(14));
        Assert.Equal(Verdict.NoFreeSlot, world.Admit(TenantWorld.Other).Verdict);
        world.Grains.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.Other).Verdict);
    }

    /// <summary>Guards the limit: a question that comes when its slot is gone is a new one, for both owners.</summary>
    [Fact]
    public void A_question_that_is_repeated_when_its_slot_is_over_asks_the_tenant_anew()
    {
        var world = new TenantWorld([GrainWorld.Slots(1)]);
        var sequence = world.NextSequence();
        world.Admit(TenantWorld.One, sequence);
        world.Grains.Advance(TimeSpan.FromSeconds(15));
        world.Admit(TenantWorld.Other);

        TenantWorld.Refused("tenant/slots", Verdict.NoFreeSlot, world.Admit(TenantWorld.One, sequence));
    }

    /// <summary>Guards the others of the same edge: their slots are not that client's to free.</summary>
    [Fact]
    public void A_report_of_one_client_frees_its_own_slots_alone()
    {
        var world = new TenantWorld([GrainWorld.Slots(2)]);
        var epoch = world.Admit(TenantWorld.One).Epoch;
        world.Admit(TenantWorld.Other);

        world.Report(TenantWorld.One, epoch);

        Assert.Equal(1, world.State.Calls);
        Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.One).Verdict);
        Assert.Equal(Verdict.NoFreeSlot, world.Admit(TenantWorld.One).Verdict);
    }

    [Fact]
    public void Tokens_are_held_and_settled_by_what_was_used()
    {
        var tokens = new LimitDefinition
        {
            Name = "tpm",
            Kind = LimitKind.Rate,
            Amount = 6_000,
            Period = TimeSpan.FromMinutes(1),
            Unit = LimitUnit.TotalTokens,
        };
        var world = new TenantWorld([tokens], GrainWorld.Rate(100));
        var sequence = world.NextSequence();
        var request = GrainWorld.RequestOf(sequence) with { InputUpper = 300, OutputCap = 700 };

        var reply = world.Admit(TenantWorld.One, request);

        Assert.Equal("tenant/tpm", reply.Tokens.Name);
        Assert.Equal(1_000, world.Used("tpm"));
        var ended = new Completion(request.RequestId, CompletionOutcome.Dispatched)
        {
            InputTokens = 200, OutputTokens = 6_800, Certainty = UsageCertainty.Reported,
        };
        world.End(TenantWorld.One, ended);
        world.End(TenantWorld.One, ended);
        var refused = world.Admit(
            TenantWorld.Other, GrainWorld.RequestOf(world.NextSequence()) with { InputUpper = 100, OutputCap = 100 });
        TenantWorld.Refused("tenant/tpm", Verdict.RateLimited, refused);
        Assert.Equal(TimeSpan.FromSeconds(12), refused.RetryAfter); // A debt of 1 000, and 200.
    }

    [Fact]
    public void A_limit_of_some_models_counts_those_of_every_client()
    {
        var scoped = GrainWorld.Quota(2) with { Scope = new ScopeDefinition { Models = ["m-large"] } };
        var world = new TenantWorld([scoped]);

        foreach (var client in new[] { TenantWorld.One, TenantWorld.Other })
        {
            Assert.Equal(Verdict.Admitted, AdmitModel(client, "m-large").Verdict);
            Assert.Equal(Verdict.Admitted, AdmitModel(client, "m-small").Verdict);
        }

        TenantWorld.Refused("tenant/monthly", Verdict.QuotaExhausted, AdmitModel(TenantWorld.One, "m-large"));
        Assert.Equal(Verdict.Admitted, AdmitModel(TenantWorld.One, "m-small").Verdict);

        AdmitReply AdmitModel(string client, string model) =>
            world.Admit(client, GrainWorld.RequestOf(world.NextSequence(), model));
    }

    /// <summary>Guards "in force": clients that run are told, and ask their tenant from then on.</summary>
    [Fact]
    public void A_change_is_in_force_for_the_next_request_of_every_client()
    {
        var world = new TenantWorld([]);
        var before = world.Admit(TenantWorld.One, Demanding(world));
        Assert.Equal(0, world.Grains.Ledger.EpochOf(TenantWorld.LedgerKey));

        world.Grains.Done(() => world.Tenant.Replace(TenantWorld.Definition with { Limits = [GrainWorld.Quota(1)] }));

        Assert.Equal(Verdict.Admitted, before.Verdict);
        Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.Other).Verdict);
        TenantWorld.Refused("tenant/monthly", Verdict.QuotaExhausted, world.Admit(TenantWorld.One));
        world.Grains.Done(() => world.Tenant.Replace(TenantWorld.Definition));
        Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.One).Verdict);
    }

    /// <summary>Guards the tenant: what an edge admits by itself, it could not count.</summary>
    [Fact]
    public void Nothing_of_a_client_is_lent_to_an_edge_when_its_tenant_has_limits()
    {
        var without = new TenantWorld([], GrainWorld.Rate(6_000));
        var with = new TenantWorld([GrainWorld.Rate(60_000)], GrainWorld.Rate(6_000));

        Assert.NotNull(without.Admit(TenantWorld.One, Demanding(without)).Chunk);
        var reply = with.Admit(TenantWorld.One, Demanding(with));

        Assert.Null(reply.Chunk);
        Assert.Equal(TimeSpan.Zero, reply.CompleteWithin);
    }

    /// <summary>Guards the tenant in an outage, whatever its clients' plan would allow.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_open_plan_is_closed_for_clients_of_a_tenant_with_limits(bool isLimited)
    {
        var world = new TenantWorld(isLimited ? [GrainWorld.Rate(60)] : []);
        var open = GrainWorld.PlanOf("gold", GrainWorld.Rate(60)) with
        {
            Degraded = new DegradedDefinition { Open = true },
        };
        world.Grains.Done(() => world.Grains.PlanGrain("gold").Replace(open));

        var reply = world.Admit(TenantWorld.One);

        Assert.Equal(!isLimited, reply.Degraded?.Terms?.Open is true);
    }

    [Fact]
    public void An_explanation_names_the_tenants_limit_and_its_numbers()
    {
        var world = new TenantWorld([GrainWorld.Quota(1)], GrainWorld.Rate(100));
        var explanation = world.Grains.Silo.Client.GetGrain<IClientExplanation>(TenantWorld.One);
        var supposed = new SupposedCall { Model = "m" };
        Assert.Equal(Verdict.Admitted, world.Grains.Run(() => explanation.ExplainCall(supposed))!.Verdict);
        world.Admit(TenantWorld.Other);
        var sequence = world.NextSequence();
        world.Admit(TenantWorld.One, sequence);

        var made = world.Grains.Run(() => explanation.ExplainDecision(new RequestId(1, sequence)))!;
        var now = world.Grains.Run(() => explanation.ExplainCall(supposed))!;

        foreach (var explained in new[] { made, now })
        {
            Assert.Equal(
                (Verdict.QuotaExhausted, "tenant/monthly", "tenant/monthly"),
                (explained.Verdict, explained.RefusedBy, explained.Binding));
            var limit = explained.Limits.Single(limit => limit.Name == "tenant/monthly");
            Assert.Equal((1, 1, 0, true), (limit.Limit, limit.Used, limit.Remaining, limit.Refuses));
            Assert.False(explained.Limits.Single(limit => limit.Name == "rpm").Refuses);
        }
    }

    [Fact]
    public void A_slot_that_is_released_by_hand_is_free_at_the_tenant_too()
    {
        var world = new TenantWorld([GrainWorld.Slots(1)]);
        var sequence = world.NextSequence();
        world.Admit(TenantWorld.One, sequence);
        var explanation = world.Grains.Silo.Client.GetGrain<IClientExplanation>(TenantWorld.One);

        world.Grains.Run(() => explanation.ReleaseSlot(new RequestId(1, sequence)));

        Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.Other).Verdict);
    }

    private static AdmitRequest Demanding(TenantWorld world) =>
        GrainWorld.RequestOf(world.NextSequence()) with { ChunkDemand = 500 };
}
