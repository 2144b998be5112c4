using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Abstractions.Tenants;
using Xunit;

namespace Sluice.Unit.Grains.Tenants;

/// <summary>Guards busy clients: they decide without their tenant, and it is never over for that.</summary>
public sealed class ShareTests(ITestOutputHelper output)
{
    private const long Month = 1_000_000;
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private static readonly LimitDefinition Fast = new()
    {
        Name = "rpm", Kind = LimitKind.Rate, Amount = 60_000, Period = TimeSpan.FromMinutes(1),
    };

    private static readonly LimitDefinition Tokens =
        GrainWorld.Quota(100 * Month, "tokens") with { Unit = LimitUnit.TotalTokens };

    /// <summary>
    /// Guards the figure in docs/limits.md: calls to the tenant for each admitted call of a client with 200 a second,
    /// whose calls take 50 ms each.
    /// </summary>
    [Fact]
    public void A_busy_client_asks_its_tenant_once_for_many_calls()
    {
        var world = new TenantWorld([Fast, GrainWorld.Quota(Month)]);
        Work(world, TenantWorld.One, calls: 400); // Until what is stored ahead has followed its use.
        world.Grains.TenantCalls.Forget();

        Work(world, TenantWorld.One, calls: 2_000);

        var calls = world.Grains.TenantCalls;
        output.WriteLine(
            $"2000 calls: {calls.All} to the tenant, {calls.Of(nameof(ITenantAdmission.Hold))} of them holds, "
            + $"{calls.Of(nameof(ITenantAdmission.Exchange))} exchanges, {calls.Of(nameof(ITenantAdmission.Settle))} "
            + "settlements.");
        Assert.InRange(calls.All, 1, 100);
        Quiet(world);
        Assert.Equal(2_400, world.Used("monthly"));
    }

    [Fact]
    public void A_client_with_few_calls_and_one_of_a_tenant_with_slots_have_no_share()
    {
        var few = new TenantWorld([Fast]);
        for (var i = 0; i < 40; i++)
        {
            Assert.Equal(Verdict.Admitted, few.Admit(TenantWorld.One).Verdict);
            few.Grains.Advance(100 * Millisecond);
        }

        var slots = new TenantWorld([Fast, GrainWorld.Slots(1_000)]);
        Work(slots, TenantWorld.One, calls: 200);

        Assert.Equal(0, few.Grains.TenantCalls.Of(nameof(ITenantAdmission.Exchange)));
        Assert.Equal(0, slots.Grains.TenantCalls.Of(nameof(ITenantAdmission.Exchange)));
        Assert.Equal(200, slots.Grains.TenantCalls.Of(nameof(ITenantAdmission.Settle)));
    }

    /// <summary>Guards honest tokens: calls take longer than shares, and the tenant is charged their use.</summary>
    [Fact]
    public void Calls_that_outlive_their_share_are_settled_by_what_they_used()
    {
        var world = new TenantWorld([Fast, Tokens]);
        var used = 0L;
        var running = new Queue<long>();
        for (var i = 0; i < 3_000; i++)
        {
            var sequence = world.NextSequence();
            var request = GrainWorld.RequestOf(sequence) with { InputUpper = 100, OutputCap = 400 };
            Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.One, request).Verdict);
            running.Enqueue(sequence);
            if (running.Count > 800)
            {
                used += EndWithTokens(world, running.Dequeue(), i);
            }

            world.Grains.Advance(5 * Millisecond);
        }

        while (running.TryDequeue(out var sequence))
        {
            used += EndWithTokens(world, sequence, (int)sequence);
        }

        Assert.InRange(world.Grains.TenantCalls.All, 1, 600);
        Quiet(world);
        Assert.Equal(used, world.Used("tokens"));
        Assert.Equal(0, world.State.Calls);
    }

    /// <summary>Guards a refund: until the tenant has heard of an end, no report says that its call is gone.</summary>
    [Fact]
    public void An_end_that_waits_to_be_told_is_not_reported_as_a_call_that_is_gone()
    {
        var world = new TenantWorld([Fast, Tokens]);
        Work(world, TenantWorld.One, calls: 400);
        var sequence = world.NextSequence();
        var request = GrainWorld.RequestOf(sequence) with { InputUpper = 100, OutputCap = 400 };
        var epoch = world.Admit(TenantWorld.One, request).Epoch;
        Work(world, TenantWorld.One, calls: 400); // Its share has ended by now, and there is another one.
        world.Grains.TenantCalls.Forget();

        EndWithTokens(world, sequence, 250);
        Assert.Equal(0, world.Grains.TenantCalls.All);
        world.Report(TenantWorld.One, epoch);

        Quiet(world);
        Assert.Equal(250, world.Used("tokens"));
    }

    /// <summary>Guards a client that is short of what another holds and does not use.</summary>
    [Fact]
    public void Before_anyone_is_refused_unused_shares_come_back()
    {
        var world = new TenantWorld([GrainWorld.Quota(5_000)]);
        var admitted = Work(world, TenantWorld.One, calls: 2_000);
        while (world.Admit(TenantWorld.Other).Verdict is Verdict.Admitted)
        {
            admitted++;
        }

        Assert.Equal(5_000, admitted);
        Assert.True(world.Grains.TenantCalls.Of(nameof(ITenantShareHolder.RecallShare)) > 0);
        TenantWorld.Refused("tenant/monthly", Verdict.QuotaExhausted, world.Admit(TenantWorld.One));
    }

    /// <summary>Guards who waits: a client that does not answer keeps its share, and is not waited for.</summary>
    [Fact]
    public void A_client_that_gives_nothing_back_holds_nobody_up()
    {
        var world = new TenantWorld([GrainWorld.Quota(5_000)]);
        var admitted = Work(world, TenantWorld.One, calls: 2_000);
        world.Grains.TenantCalls.Unreachable.Add(nameof(ITenantShareHolder.RecallShare));
        AdmitReply reply;
        while ((reply = world.Admit(TenantWorld.Other)).Verdict is Verdict.Admitted)
        {
            admitted++;
        }

        Assert.Equal(Verdict.Pending, reply.Verdict);
        world.Grains.Advance(200 * Millisecond);
        TenantWorld.Refused("tenant/monthly", Verdict.QuotaExhausted, world.Admit(TenantWorld.Other));
        while (world.Admit(TenantWorld.One).Verdict is Verdict.Admitted)
        {
            admitted++;
        }

        Assert.InRange(admitted, 4_900, 5_000);
    }

    /// <summary>Guards against an exchange that counts twice, or not at all, when its answer is lost.</summary>
    [Fact]
    public void An_exchange_whose_answer_is_lost_counts_once()
    {
        var world = new TenantWorld([Fast, Tokens]);
        var used = 0L;
        for (var i = 0; i < 1_200; i++)
        {
            var sequence = world.NextSequence();
            var request = GrainWorld.RequestOf(sequence) with { InputUpper = 10, OutputCap = 20 };
            Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.One, request).Verdict);
            if (i % 300 == 299)
            {
                world.Grains.TenantCalls.LosesNextAnswer.Add(nameof(ITenantAdmission.Exchange));
            }

            used += EndWithTokens(world, sequence, i);
            world.Grains.Advance(5 * Millisecond);
        }

        Quiet(world);

        // Each of four answers brought a share that nobody got.
        Assert.InRange(world.Used("tokens"), used, used + (4 * 200 * 30));
        Assert.Equal(0, world.State.Calls);
    }

    /// <summary>Guards two activations of both owners at once.</summary>
    [Fact]
    public void Two_activations_of_clients_and_tenant_together_never_pass_its_quota()
    {
        var world = new TenantWorld([GrainWorld.Quota(5_000)]);
        Work(world, TenantWorld.One, calls: 1_000);
        var second = world.Grains.StartSilo();
        var admitted = 1_000;
        for (var i = 0; i < 6_000; i++)
        {
            var silo = i / 50 % 2 == 0 ? world.Grains.Silo : second;
            var client = i / 25 % 2 == 0 ? TenantWorld.One : TenantWorld.Other;
            admitted += world.Admit(client, world.NextSequence(), silo).Verdict is Verdict.Admitted ? 1 : 0;
            world.Grains.Advance(2 * Millisecond);
        }

        Assert.InRange(admitted, 3_000, 5_000);
    }

    [Fact]
    public void A_crash_of_both_forgets_nothing_that_was_admitted()
    {
        var world = new TenantWorld([GrainWorld.Quota(5_000)]);
        var admitted = 0;
        for (var i = 0; i < 8; i++)
        {
            admitted += Work(world, i % 2 == 0 ? TenantWorld.One : TenantWorld.Other, calls: 800);
            world.Grains.Crash();
        }

        Assert.InRange(admitted, 3_000, 5_000);
        TenantWorld.Refused("tenant/monthly", Verdict.QuotaExhausted, world.Admit(TenantWorld.One));
    }

    /// <summary>Guards a planned move: what the client has goes back, and what runs is settled by the next.</summary>
    [Fact]
    public void A_client_that_stops_gives_back_its_share()
    {
        var world = new TenantWorld([Fast, Tokens]);
        Work(world, TenantWorld.One, calls: 400);
        var sequence = world.NextSequence();
        world.Admit(TenantWorld.One, GrainWorld.RequestOf(sequence) with { InputUpper = 100, OutputCap = 400 });

        var epoch = world.Grains.Ledger.EpochOf(TenantWorld.One);

        world.Grains.Ledger.Overtake(TenantWorld.One);
        world.Report(TenantWorld.One, epoch + 1, sequence); // It hears so, and ends.
        EndWithTokens(world, sequence, 250);
        Quiet(world);

        Assert.Equal(250, world.Used("tokens"));
    }

    /// <summary>Guards "in force": the next request is held to the new limits, share or not.</summary>
    [Fact]
    public void A_share_ends_when_the_tenant_changes()
    {
        var world = new TenantWorld([GrainWorld.Quota(Month)]);
        Work(world, TenantWorld.One, calls: 1_000);
        world.Grains.TenantCalls.Forget();
        Assert.Equal(Verdict.Admitted, world.Admit(TenantWorld.One).Verdict);
        Assert.Equal(0, world.Grains.TenantCalls.Of(nameof(ITenantAdmission.Hold)));

        world.Grains.Done(() => world.Tenant.Replace(
            TenantWorld.Definition with { Limits = [GrainWorld.Quota(900)] }));

        TenantWorld.Refused("tenant/monthly", Verdict.QuotaExhausted, world.Admit(TenantWorld.One));
    }

    /// <summary>Calls at 200 a second, of which each ends 50 ms after it began.</summary>
    private static int Work(TenantWorld world, string client, int calls)
    {
        var admitted = 0;
        var running = new Queue<long>();
        for (var i = 0; i < calls; i++)
        {
            var sequence = world.NextSequence();
            if (world.Admit(client, sequence).Verdict is Verdict.Admitted)
            {
                admitted++;
                running.Enqueue(sequence);
            }

            if (running.Count > 10)
            {
                world.End(client, running.Dequeue());
            }

            world.Grains.Advance(5 * Millisecond);
        }

        while (running.TryDequeue(out var sequence))
        {
            world.End(client, sequence);
        }

        return admitted;
    }

    /// <summary>Most use less than they reserved, some use more.</summary>
    private static long EndWithTokens(TenantWorld world, long sequence, int seed)
    {
        var tokens = seed == 250 ? 250 : seed % 17 == 0 ? 900 : 20 + (seed % 7);
        world.End(TenantWorld.One, new Completion(new RequestId(1, sequence), CompletionOutcome.Dispatched)
        {
            InputTokens = 10, OutputTokens = tokens - 10, Certainty = UsageCertainty.Reported,
        });
        return tokens;
    }

    /// <summary>Every share goes back by itself.</summary>
    private static void Quiet(TenantWorld world)
    {
        for (var i = 0; i < 40; i++)
        {
            world.Grains.Advance(100 * Millisecond);
        }
    }
}
