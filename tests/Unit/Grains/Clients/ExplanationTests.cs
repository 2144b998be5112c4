using System.Diagnostics.Metrics;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>Guards "explained": what a grain keeps of its decisions, and says of supposed calls.</summary>
public sealed class ExplanationTests
{
    private readonly GrainWorld _world = new();

    private IClientExplanation Explanations => _world.Silo.Client.GetGrain<IClientExplanation>(GrainWorld.ClientId);

    [Fact]
    public void An_admitted_call_is_explained_by_what_it_left_of_every_limit()
    {
        _world.CreateClient(GrainWorld.Rate(5), GrainWorld.Slots(2), GrainWorld.Quota(100));
        _world.Admit(1, _world.Silo);

        var decision = Decision(1)!;

        Assert.Equal(
            (Verdict.Admitted, "m", 1, "gold", 1L, 1L, "slots", null),
            (decision.Verdict, decision.Model, decision.KeyVersion, decision.Plan, decision.PlanVersion,
                decision.Epoch, decision.Binding, decision.RefusedBy));
        Assert.Equal(_world.UtcNow, decision.At);
        Assert.Equal(
            [("rpm", LimitKind.Rate, 5, 1, 4), ("slots", LimitKind.Concurrency, 2, 1, 1),
                ("monthly", LimitKind.Quota, 100, 1, 99)],
            decision.Limits.Select(limit =>
                (limit.Name, limit.Kind, (int)limit.Limit, (int)limit.Used, (int)limit.Remaining)));
        Assert.All(decision.Limits, limit => Assert.False(limit.Refuses || limit.Shadow));
    }

    [Fact]
    public void A_refused_call_is_explained_by_the_limit_and_the_wait_that_it_was_told()
    {
        _world.CreateClient(GrainWorld.Rate(1), GrainWorld.Slots(9));
        _world.Admit(1, _world.Silo);
        _world.Advance(TimeSpan.FromSeconds(10));
        var reply = _world.Admit(2, _world.Silo);
        _world.Advance(TimeSpan.FromMinutes(1)); // What was true then is told, not what is true now.

        var decision = Decision(2)!;

        Assert.Equal((Verdict.RateLimited, "rpm", "rpm"), (decision.Verdict, decision.RefusedBy, decision.Binding));
        Assert.Equal((TimeSpan.FromSeconds(50), reply.RetryAfter), (decision.RetryAfter, decision.RetryAfter));
        Assert.Equal(
            (true, TimeSpan.FromSeconds(50), 0), (decision.Limits[0].Refuses, decision.Limits[0].RetryAfter!.Value,
                (int)decision.Limits[0].Remaining));
    }

    /// <summary>Guards against a repeat that hides what the first answer was.</summary>
    [Fact]
    public void A_repeat_is_explained_as_the_call_was_decided()
    {
        _world.CreateClient(GrainWorld.Rate(5));
        _world.Admit(1, _world.Silo);
        var first = Decision(1)!;
        _world.Advance(TimeSpan.FromSeconds(1));
        _world.Admit(2, _world.Silo);
        _world.Admit(1, _world.Silo);

        Assert.Equal((first.At, 1), (Decision(1)!.At, (int)Decision(1)!.Limits[0].Used));
    }

    [Fact]
    public void Of_more_decisions_than_are_kept_the_oldest_are_forgotten()
    {
        _world.CreateClient(GrainWorld.Rate(10_000));
        for (var i = 1; i <= 300; i++)
        {
            _world.Admit(i, _world.Silo);
        }

        Assert.Null(Decision(44));
        Assert.Equal(45, Decision(45)!.Limits[0].Used);
        Assert.Equal(300, Decision(300)!.Limits[0].Used);
        Assert.Null(Decision(301));
    }

    /// <summary>Guards what a client's own calls were told against whoever knows its id and guesses keys.</summary>
    [Fact]
    public void Wrong_keys_push_out_no_other_decision()
    {
        _world.CreateClient(GrainWorld.Rate(10_000));
        _world.Admit(1, _world.Silo);
        for (var i = 2; i <= 400; i++)
        {
            _world.Admit(i, _world.Silo, digest: new byte[32]);
        }

        Assert.Equal(Verdict.Admitted, Decision(1)!.Verdict);
        Assert.Equal(Verdict.UnknownKey, Decision(400)!.Verdict);
        Assert.Null(Decision(384));
    }

    [Fact]
    public void A_decision_is_told_by_the_plan_that_it_was_made_by()
    {
        _world.CreateClient(GrainWorld.Rate(5));
        _world.Admit(1, _world.Silo);
        _world.Done(() => _world.PlanGrain("gold").Replace(
            GrainWorld.PlanOf("gold", GrainWorld.Slots(7), GrainWorld.Quota(9))));
        _world.Admit(2, _world.Silo);

        Assert.Equal((1L, "rpm"), (Decision(1)!.PlanVersion, Assert.Single(Decision(1)!.Limits).Name));
        Assert.Equal((2L, "slots"), (Decision(2)!.PlanVersion, Decision(2)!.Limits[0].Name));
    }

    [Fact]
    public void Another_activation_does_not_know_it()
    {
        _world.CreateClient(GrainWorld.Rate(5));
        _world.Admit(1, _world.Silo);

        _world.Restart();

        Assert.Null(Decision(1));
        Assert.Null(_world.Run(() => _world.Silo.Client.GetGrain<IClientExplanation>("nobodynobody")
            .ExplainDecision(new RequestId(1, 1))));
        Assert.False(_world.IsActive("nobodynobody"));
    }

    [Theory]
    [InlineData("m", 0, Verdict.Admitted)]
    [InlineData("m", 1, Verdict.Admitted)]
    [InlineData("m", 2, Verdict.UnknownKey)]
    [InlineData("seen", 0, Verdict.ModelForbidden)]
    [InlineData("other", 0, Verdict.ModelUnknown)]
    public void A_supposed_call_is_decided_as_a_call_would_be(string model, int keyVersion, Verdict verdict)
    {
        _world.CreateClient(GrainWorld.Rate(5));

        Assert.Equal(verdict, Suppose(model, keyVersion)!.Verdict);
    }

    [Fact]
    public void A_supposed_call_takes_nothing_and_is_not_kept()
    {
        _world.CreateClient(GrainWorld.Rate(2), GrainWorld.Slots(1), GrainWorld.Quota(3), OnTrial(1));
        _world.Admit(1, _world.Silo);
        var before = Shown(_world.Inspect());
        var kept = Decision(1)!;

        for (var i = 0; i < 300; i++)
        {
            Assert.Equal(("slots", 4), (Suppose()!.RefusedBy, Suppose()!.Limits.Length));
        }

        Assert.Equal(before, Shown(_world.Inspect()));
        Assert.Equal(kept.At, Decision(1)!.At);
        Assert.Equal(Verdict.NoFreeSlot, _world.Admit(2, _world.Silo).Verdict);
    }

    [Fact]
    public void Nobodys_calls_and_slots_are_not_told()
    {
        Assert.Null(Suppose());
        Assert.Null(_world.Run(() => Explanations.ListSlots()));
        Assert.Equal(ChangeOutcome.NotFound, Release(1).Outcome);
        Assert.False(_world.IsActive());
    }

    [Fact]
    public void A_limit_on_trial_refuses_nobody_and_is_counted_reported_and_measured()
    {
        using var measured = new Measured("sluice.shadow.refusals");
        _world.CreateClient(GrainWorld.Rate(100), OnTrial(2));

        Assert.All(Enumerable.Range(1, 5), i => Assert.Equal(
            (Verdict.Admitted, "rpm", 100 - i), Told(_world.Admit(i, _world.Silo))));

        var shadow = Assert.Single(_world.Inspect().ShadowLimits);
        Assert.Equal((3L, "trial", 2L, 0L), (
            shadow.WouldRefuse, shadow.Limit.Name, shadow.Limit.Limit, shadow.Limit.Remaining));
        Assert.DoesNotContain(_world.Inspect().Limits, limit => limit.Name == "trial");
        Assert.Equal([false, true], Decision(3)!.Limits.Select(limit => limit.Refuses));
        Assert.Equal([false, false], Decision(2)!.Limits.Select(limit => limit.Refuses));
        Assert.Equal(3, measured.Of("gold", "trial"));

        static (Verdict, string?, int) Told(AdmitReply reply) =>
            (reply.Verdict, reply.Requests.Name, (int)reply.Requests.Remaining);
    }

    /// <summary>Guards the database: a quota on trial is counted in memory and waits for nothing.</summary>
    [Fact]
    public void A_quota_on_trial_is_neither_stored_nor_waited_for()
    {
        _world.CreateClient(GrainWorld.Quota(1, "trial") with { Shadow = true });

        Assert.All([1, 2], i => Assert.Equal(Verdict.Admitted, _world.Admit(i, _world.Silo).Verdict));
        Assert.Equal(1, Assert.Single(_world.Inspect().ShadowLimits).WouldRefuse);
        Assert.Empty(_world.Ledger.Writes);
    }

    [Fact]
    public void Slots_are_listed_with_their_calls()
    {
        _world.CreateClient(GrainWorld.Slots(5));
        _world.Admit(1, _world.Silo);
        _world.Advance(TimeSpan.FromSeconds(4));
        _world.Admit(2, _world.Silo, model: "m2");

        Assert.Equal(
            [
                new SlotDetail(new RequestId(1, 1), "m", TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(11)),
                new SlotDetail(new RequestId(1, 2), "m2", TimeSpan.Zero, TimeSpan.FromSeconds(15)),
            ],
            _world.Run(() => Explanations.ListSlots())!);
    }

    [Fact]
    public void A_slot_that_is_released_by_hand_is_free_its_call_is_charged_and_the_log_says_so()
    {
        _world.CreateClient(GrainWorld.Slots(1), GrainWorld.Quota(10));
        _world.Admit(1, _world.Silo);

        Assert.Equal(ChangeReply.Done, Release(1));
        Assert.Equal(ChangeReply.Done, Release(1));

        Assert.Empty(_world.Inspect().Slots);
        Assert.Equal(1, _world.InspectQuota().Used);
        Assert.Equal(Verdict.Admitted, _world.Admit(2, _world.Silo).Verdict);
        Assert.Single(
            _world.Log.All.Split('\n'),
            line => line.StartsWith("Information", StringComparison.Ordinal)
                && line.Contains("released by hand", StringComparison.Ordinal));
    }

    private static LimitDefinition OnTrial(long amount) =>
        GrainWorld.Rate(amount) with { Name = "trial", Shadow = true };

    private static string Shown(ClientLiveState state) => System.Text.Json.JsonSerializer.Serialize(state);

    private DecisionExplanation? Decision(long sequence) =>
        _world.Run(() => Explanations.ExplainDecision(new RequestId(1, sequence)));

    private DecisionExplanation? Suppose(string model = "m", int keyVersion = 0) => _world.Run(
        () => Explanations.ExplainCall(new SupposedCall { Model = model, KeyVersion = keyVersion }));

    private ChangeReply Release(long sequence) =>
        _world.Run(() => Explanations.ReleaseSlot(new RequestId(1, sequence)));

    /// <summary>Sums a counter of the grains from here on, by its tags.</summary>
    private sealed class Measured : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly List<(string Tags, long Value)> _values = [];

        public Measured(string name)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == name)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
            {
                lock (_values)
                {
                    _values.Add((string.Join(' ', tags.ToArray().Select(tag => tag.Value)), value));
                }
            });
            _listener.Start();
        }

        public long Of(string plan, string limit)
        {
            lock (_values)
            {
                return _values.Where(value => value.Tags == $"{plan} {limit}").Sum(value => value.Value);
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}
