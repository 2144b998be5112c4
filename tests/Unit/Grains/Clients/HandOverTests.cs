using Sluice.Actors.Migration;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Clients;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>Guards "never over" and "never stuck" for a client whose grain moves to another silo.</summary>
public sealed class HandOverTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(15);

    private readonly GrainWorld _world = new();

    [Fact]
    public void A_rate_goes_on_where_it_was()
    {
        _world.CreateClient(GrainWorld.Rate(10));
        Assert.Equal(10, _world.AdmitMany(10));

        _world.Move();

        var refused = _world.Admit();
        Assert.Equal((Verdict.RateLimited, "rpm"), (refused.Verdict, refused.RefusedBy));
        Assert.Equal(TimeSpan.FromSeconds(6), refused.RetryAfter);
        _world.Advance(refused.RetryAfter);
        Assert.Equal(1, _world.AdmitMany(2));
    }

    /// <summary>
    /// Guards "never stuck": what lies somewhere until its client calls again does not keep the slots of dead edges.
    /// </summary>
    [Fact]
    public void The_time_that_it_is_nowhere_passes_by_the_clock_of_the_database()
    {
        _world.CreateClient(GrainWorld.Rate(10), GrainWorld.Slots(20));
        _world.AdmitMany(10);
        _world.Advance(TimeSpan.FromSeconds(5));
        _world.Move();

        _world.Advance(TimeSpan.FromSeconds(4)); // Nobody has asked for it yet, so it is not there yet.

        Assert.Equal(1, _world.AdmitMany(2));
        var slots = _world.Inspect().Slots;
        Assert.Equal(11, slots.Length);
        Assert.All(slots.SkipLast(1), slot => Assert.Equal(TimeSpan.FromSeconds(6), slot.ExpiresIn));
    }

    /// <summary>Guards the calls that run: what it was left is not shortened by a time that nobody measured.</summary>
    [Fact]
    public void What_was_left_without_its_counts_being_stored_is_begun_from_what_is_stored()
    {
        _world.CreateClient(GrainWorld.Rate(10), GrainWorld.Slots(20));
        _world.AdmitMany(10);

        Assert.Empty(LeftBy(() => _world.Ledger.Failure = new TimeoutException()));
    }

    [Fact]
    public void A_slot_stays_taken_until_its_call_ends()
    {
        _world.CreateClient(GrainWorld.Slots(2));
        Admit(1);
        Admit(2);

        _world.Move();

        Assert.Equal(Verdict.Pending, Admit(3)); // The end of a call might be on its way, but not for long.
        _world.Advance(TimeSpan.FromMilliseconds(15));
        Assert.Equal(Verdict.NoFreeSlot, Admit(3));
        Assert.Equal(Verdict.Admitted, Admit(1)); // The edge repeats what it has not heard.
        Complete(1, CompletionOutcome.Dispatched);
        Assert.Equal(new RequestId(1, 2), Assert.Single(_world.Inspect().Slots).RequestId);
        Assert.Equal(Verdict.Admitted, Admit(3));
    }

    [Fact]
    public void A_slot_that_nobody_renews_is_free_when_its_time_is_over()
    {
        _world.CreateClient(GrainWorld.Slots(1));
        Admit(1);
        _world.Move();
        Assert.Equal(Verdict.Pending, Admit(2));

        _world.Advance(Ttl - TimeSpan.FromTicks(1));
        Assert.Equal(Verdict.NoFreeSlot, Admit(2));

        _world.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(Verdict.Admitted, Admit(2));
    }

    [Fact]
    public void An_edge_goes_on_renewing_its_slots()
    {
        _world.CreateClient(GrainWorld.Slots(5));
        Admit(1);
        Admit(2);
        _world.Advance(TimeSpan.FromSeconds(10));
        _world.Move();

        Run(() => _world.Admission.Renew(new LiveRequests { EdgeSession = 1, UpToSequence = 2, Sequences = [2] }));

        Assert.Equal(new SlotInfo(new RequestId(1, 2), Ttl), Assert.Single(_world.Inspect().Slots));
    }

    [Fact]
    public void A_call_that_no_pool_ever_saw_gives_back_what_it_took_before_the_move()
    {
        _world.CreateClient(GrainWorld.Rate(10), GrainWorld.Quota(1_000));
        Admit(1);
        Admit(2);
        _world.Move();

        Complete(2, CompletionOutcome.NotDispatched);
        Complete(2, CompletionOutcome.NotDispatched);

        Assert.Equal(1, _world.InspectQuota().Used);
        Assert.Equal(1, _world.Inspect().Limits.Single(limit => limit.Name == "rpm").Used);
    }

    /// <summary>Guards the quota: the activation in between may have given the same unit back already.</summary>
    [Fact]
    public void After_another_activation_in_between_calls_give_nothing_back()
    {
        _world.CreateClient(GrainWorld.Quota(1_000), GrainWorld.Slots(5));
        Admit(1);
        _world.Move(left =>
        {
            _world.Ledger.Overtake(GrainWorld.ClientId);
            return left;
        });

        Complete(1, CompletionOutcome.NotDispatched);

        Assert.Equal(1, _world.InspectQuota().Used);
        Assert.Empty(_world.Inspect().Slots);
    }

    [Fact]
    public void A_rate_whose_limit_was_another_one_keeps_its_tokens()
    {
        _world.CreateClient(GrainWorld.Rate(10));
        _world.AdmitMany(10);

        _world.Move(left => Changed(left, handOver => handOver with
        {
            Rates = [new RateHandOver("rpm", 100, 100, TimeSpan.FromSeconds(1), 3 * TimeSpan.TicksPerSecond, 0)],
        }));

        Assert.Equal(3, _world.AdmitMany(20));
    }

    [Fact]
    public void Rates_that_are_gone_are_forgotten_and_new_ones_begin_as_they_are_stored()
    {
        _world.CreateClient(GrainWorld.Rate(10));
        _world.AdmitMany(10);

        _world.Move(left => Changed(left, handOver => handOver with
        {
            Rates = [handOver.Rates[0] with { Name = "another" }],
        }));

        Assert.Equal(0, _world.AdmitMany(2));
        _world.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(10, _world.AdmitMany(20));
    }

    /// <summary>Guards the start: what cannot be read must not keep a client from being served.</summary>
    [Fact]
    public void What_cannot_be_read_is_begun_without()
    {
        _world.CreateClient(GrainWorld.Rate(10));
        var garbage = new ParcelContext();
        garbage.AddBytes("client", [0xFF, 0x00, 0x13]);
        ParcelContext?[] lefts =
        [
            null, new ParcelContext(), garbage,
            Packed(new ClientHandOver { Epoch = 1, Rates = null!, Slots = null!, Quotas = null! }),
        ];

        foreach (var left in lefts)
        {
            Assert.Equal(10, _world.AdmitMany(20));
            _world.Move(_ => left);
            Assert.Equal(0, _world.AdmitMany(1));
            _world.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(10, _world.AdmitMany(20));
    }

    [Theory]
    [InlineData(0, 1, 1, 0, 0, 1)]
    [InlineData(1, 0, 1, 0, 0, 1)]
    [InlineData(1, 1, 0, 0, 0, 1)]
    [InlineData(long.MaxValue, 1, 2, 0, 0, 1)]
    [InlineData(10, 1, 1, 11, 0, 1)]
    [InlineData(10, 1, 1, long.MinValue, 0, 1)]
    [InlineData(10, 1, 1, 0, -1, 1)]
    [InlineData(10, 1, 1, 0, long.MaxValue, 1)]
    [InlineData(10, 1, 1, 0, 0, 0)]
    [InlineData(10, 1, 1, 0, 0, long.MaxValue)]
    public void What_cannot_be_is_begun_without(
        long capacity, long refill, long periodTicks, long credit, long held, long slotTicks)
    {
        _world.CreateClient(GrainWorld.Rate(10), GrainWorld.Slots(10));
        _world.AdmitMany(10);

        _world.Move(left => Changed(left, handOver => handOver with
        {
            Rates = [new RateHandOver("rpm", capacity, refill, TimeSpan.FromTicks(periodTicks), credit, held)],
            Slots = [handOver.Slots[0] with { Left = TimeSpan.FromTicks(slotTicks) }],
        }));

        Assert.Equal(0, _world.AdmitMany(1));
        _world.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(10, _world.AdmitMany(20));
    }

    /// <summary>Guards sums: what calls are said to have reserved is what calls can reserve.</summary>
    [Theory]
    [InlineData(-1, 0, "pages", 1)]
    [InlineData(0, long.MaxValue, "pages", 1)]
    [InlineData(0, 0, "pages", -1)]
    [InlineData(0, 0, "pages", long.MaxValue)]
    [InlineData(0, 0, "No Unit", 1)]
    [InlineData(0, 0, null, 1)]
    public void Reservations_that_cannot_be_are_begun_without(long input, long output, string? unit, long amount)
    {
        _world.CreateClient(GrainWorld.Rate(10), GrainWorld.Slots(10));
        _world.AdmitMany(10);

        _world.Move(left => Changed(left, handOver => handOver with
        {
            Slots =
            [
                handOver.Slots[0] with
                {
                    InputTokens = input, OutputTokens = output, Others = [new CostHandOver(unit!, amount)],
                },
            ],
        }));

        Assert.Equal(0, _world.AdmitMany(1)); // By what is stored.
        _world.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(10, _world.AdmitMany(20));
    }

    [Fact]
    public void An_activation_that_was_overtaken_leaves_nothing()
    {
        _world.CreateClient(GrainWorld.Quota(1_000));
        _world.AdmitMany(3);
        _world.Ledger.Overtake(GrainWorld.ClientId);
        _world.Ledger.Hold();
        _world.AdmitMany(7); // Asks for the next block, and hears that its epoch is over when it has ended already.

        Assert.Empty(LeftBy(() => _world.Ledger.Release()));
    }

    [Fact]
    public void Nobody_leaves_nothing()
    {
        var left = new ParcelContext();
        var world = new GrainWorld();
        world.Storage.WasRead += (_, grainId) =>
            ((IGrainMigrationParticipant)world.Silo.Catalog.Find(grainId)!.GrainInstance!).OnDehydrate(left);

        Assert.Equal(Verdict.UnknownKey, world.Admit().Verdict);

        Assert.Empty(left.Keys);
    }

    private IEnumerable<string> LeftBy(Action before)
    {
        var leaving = _world.Silo.Catalog.Unordered.Select(activation => activation.GrainInstance)
            .OfType<ClientGrain>().Single();
        before();
        _world.Settle();
        var left = new ParcelContext();
        leaving.OnDehydrate(left);
        return left.Keys;
    }

    private static ParcelContext Changed(ParcelContext left, Func<ClientHandOver, ClientHandOver> change)
    {
        Assert.True(left.TryGetValue<ClientHandOver>("client", out var handOver));
        return Packed(change(handOver!));
    }

    private static ParcelContext Packed(ClientHandOver handOver)
    {
        var packed = new ParcelContext();
        Assert.True(packed.TryAddValue("client", handOver));
        return packed;
    }

    private Verdict Admit(long sequence) => _world.Admit(sequence, _world.Silo).Verdict;

    private void Complete(long sequence, CompletionOutcome outcome) => Run(() => _world.Admission.Complete(
        new CompletionBatch { Completions = [new Completion(new RequestId(1, sequence), outcome)] }));

    private void Run(Func<ValueTask> action) => _world.Run(async () =>
    {
        await action();
        return true;
    });
}
