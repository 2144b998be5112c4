using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Tenants;
using Xunit;

namespace Sluice.Unit.Grains.Tenants;

/// <summary>Guards a tenant's limits against crashes, second activations, lost and late messages.</summary>
public sealed class TenantTroubleTests
{
    [Fact]
    public void After_a_crash_nothing_is_admitted_that_was_admitted_before()
    {
        var world = new TenantWorld([GrainWorld.Quota(20)]);
        var admitted = 0;
        for (var i = 0; i < 40; i++)
        {
            admitted += world.Admit(i % 2 == 0 ? TenantWorld.One : TenantWorld.Other).Verdict is Verdict.Admitted
                ? 1
                : 0;
            if (i % 7 == 6)
            {
                world.Grains.Crash();
            }
        }

        Assert.InRange(admitted, 1, 20);
        TenantWorld.Refused("tenant/monthly", Verdict.QuotaExhausted, world.Admit(TenantWorld.One));
    }

    /// <summary>Guards two activations at once: the replaced one spends what the other counts as spent.</summary>
    [Fact]
    public void Two_activations_of_a_tenant_together_never_pass_its_quota()
    {
        var world = new TenantWorld([GrainWorld.Quota(30)]);
        var second = world.Grains.StartSilo();
        var admitted = 0;
        for (var i = 0; i < 60; i++)
        {
            var silo = i % 3 == 0 ? second : world.Grains.Silo;
            var client = i % 2 == 0 ? TenantWorld.One : TenantWorld.Other;
            admitted += world.Admit(client, world.NextSequence(), silo).Verdict is Verdict.Admitted ? 1 : 0;
        }

        Assert.InRange(admitted, 1, 30);
    }

    /// <summary>Guards calls that run through a crash of their tenant: they hold their slots at the next one.</summary>
    [Fact]
    public void A_tenant_that_begins_anew_counts_what_it_was_not_told_yet()
    {
        var world = new TenantWorld([GrainWorld.Slots(2)]);
        var (first, second) = (world.NextSequence(), world.NextSequence());
        world.Admit(TenantWorld.One, first);
        world.Admit(TenantWorld.Other, second);

        world.Grains.Crash();

        Assert.Equal(Verdict.Pending, world.Admit(TenantWorld.One).Verdict);
        Reported(TenantWorld.One, first);
        Reported(TenantWorld.Other, second);
        Assert.Equal(2, world.State.Calls);
        Assert.Equal(Verdict.NoFreeSlot, world.Admit(TenantWorld.One).Verdict);
        world.End(TenantWorld.Other, second);
        Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.One).Verdict);

        void Reported(string client, long running)
        {
            var epoch = world.Report(client, epoch: 0, running).Epoch;
            Assert.True(world.Report(client, epoch, running).IsRenewed);
        }
    }

    /// <summary>Guards P6: what is away is no reason to refuse.</summary>
    [Fact]
    public void A_tenant_that_cannot_be_asked_refuses_nobody_and_admits_nobody()
    {
        var world = new TenantWorld([GrainWorld.Rate(10)]);
        Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.One).Verdict);
        world.Grains.Ledger.FailsToOpen = key => key == TenantWorld.LedgerKey;
        world.Grains.Ledger.Overtake(TenantWorld.LedgerKey);
        for (var i = 0; i < 12; i++)
        {
            world.Admit(TenantWorld.Other); // It asks for more, hears that it was replaced, and cannot begin anew.
        }

        Assert.Equal(Verdict.Pending, world.Admit(TenantWorld.One).Verdict);
        Assert.Equal(Verdict.Pending, world.Admit(TenantWorld.Other).Verdict);
        world.Grains.Ledger.FailsToOpen = null;
        world.Grains.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.Other).Verdict);
    }

    /// <summary>Guards a call that is asked for twice: what the first asking gives back late is the second's.</summary>
    [Fact]
    public void A_hold_that_is_given_back_late_frees_no_later_hold_of_the_same_call()
    {
        var world = new TenantWorld([GrainWorld.Slots(1)]);
        var requestId = new RequestId(1, world.NextSequence());
        var first = new TenantHold(TenantWorld.One, requestId, 1);
        Hold(first);
        Hold(first with { Number = 2 });

        world.Run(() => world.Admission.GiveBack(first));
        Assert.Equal(1, world.State.Calls);

        world.Run(() => world.Admission.GiveBack(first with { Number = 2 }));
        Assert.Equal(0, world.State.Calls);

        void Hold(TenantHold hold)
        {
            for (var i = 0; i < 2; i++)
            {
                world.Grains.Run(() => world.Admission.Hold(new TenantHoldRequest
                {
                    Hold = hold, Version = 1, Model = "m",
                }));
            }
        }
    }

    /// <summary>Guards against paying for others: two calls at once find one slot of their own client.</summary>
    [Fact]
    public void Who_is_refused_after_its_tenant_has_held_gives_back()
    {
        var world = new TenantWorld([GrainWorld.Rate(60), GrainWorld.Slots(5)], GrainWorld.Slots(1));
        var client = world.ClientAdmission(TenantWorld.One);
        world.End(TenantWorld.One, FirstOf(world)); // So that enough is stored ahead.
        var used = world.Used("rpm");

        var replies = BothOf(
            world, client, GrainWorld.RequestOf(world.NextSequence()), GrainWorld.RequestOf(world.NextSequence()));

        Assert.Equal([Verdict.Admitted, Verdict.NoFreeSlot], replies.Select(reply => reply.Verdict));
        Assert.Equal("slots", replies[1].RefusedBy);
        Assert.Equal((used + 1, 1), (world.Used("rpm"), world.State.Calls));
    }

    /// <summary>Guards a repeat that overtakes: its tenant is asked once, and what it holds is kept once.</summary>
    [Fact]
    public void A_repeat_that_comes_while_the_tenant_is_asked_waits_for_the_first()
    {
        var world = new TenantWorld([GrainWorld.Rate(60)]);
        world.Admit(TenantWorld.One);
        var client = world.ClientAdmission(TenantWorld.One);
        var request = GrainWorld.RequestOf(world.NextSequence());

        var replies = BothOf(world, client, request, request);

        Assert.Equal([Verdict.Admitted, Verdict.Pending], replies.Select(reply => reply.Verdict));
        Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.One, request).Verdict);
        Assert.Equal(2, world.Used("rpm"));
    }

    /// <summary>Guards crashes of a client between its tenant's answer and its own: the hold expires.</summary>
    [Fact]
    public void A_hold_that_nobody_settles_is_free_after_the_time_of_a_slot()
    {
        var world = new TenantWorld([GrainWorld.Slots(1)]);
        world.Admit(TenantWorld.One);
        world.Run(() => world.Admission.Settle(new TenantEnds
        {
            ClientId = TenantWorld.Other, Completions = [new Completion(new RequestId(1, 1), default)],
        }));

        Assert.Equal(Verdict.NoFreeSlot, world.Admit(TenantWorld.Other).Verdict);
        world.Grains.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.Other).Verdict);
    }

    /// <summary>Guards calls whose client moved or crashed: the tenant hears of their end from the next one.</summary>
    [Fact]
    public void An_end_that_only_the_tenant_still_knows_of_is_settled_there()
    {
        var world = new TenantWorld([GrainWorld.Slots(1)]);
        var sequence = world.NextSequence();
        world.Admit(TenantWorld.One, sequence);
        var epoch = world.Grains.Ledger.EpochOf(TenantWorld.One);

        world.Grains.Ledger.Overtake(TenantWorld.One);
        world.Report(TenantWorld.One, epoch + 1, sequence); // It hears so, and ends.
        world.End(TenantWorld.One, sequence);

        Assert.Equal(epoch + 2, world.Grains.Ledger.EpochOf(TenantWorld.One));
        Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.Other).Verdict);
    }

    /// <summary>Both are on their way before either is answered.</summary>
    private static AdmitReply[] BothOf(
        TenantWorld world, IClientAdmission client, AdmitRequest one, AdmitRequest other) =>
        world.Grains.Run(async () =>
        {
            var (first, second) = (Ask(one), Ask(other));
            return new[] { await first, await second };

            async Task<AdmitReply> Ask(AdmitRequest request) => await client.Admit(request);
        });

    private static long FirstOf(TenantWorld world)
    {
        var sequence = world.NextSequence();
        Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.One, sequence).Verdict);
        return sequence;
    }
}
