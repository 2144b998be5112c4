using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Xunit;

namespace Sluice.Unit.Grains.Plans;

public sealed class PlanTests
{
    private readonly GrainWorld _world = new();

    [Fact]
    public void A_plan_counts_its_versions_and_keeps_them()
    {
        _world.Done(() => Gold.Create(GrainWorld.PlanOf("gold") with { Version = 7 }));
        _world.Done(() => Gold.Replace(GrainWorld.PlanOf("gold", GrainWorld.Slots(1))));
        _world.Restart();

        var plan = _world.Run(() => Gold.Describe())!;

        Assert.Equal(2, plan.Version);
        Assert.Equal([GrainWorld.Slots(1)], plan.Limits);
    }

    /// <summary>Guards "in force for the next request": the answer comes after the clients know.</summary>
    [Fact]
    public void A_change_of_a_plan_reaches_its_active_clients_before_it_is_answered()
    {
        _world.CreateClient();

        Change(GrainWorld.PlanOf("gold") with { UsableModels = ["other"] });
        Assert.Equal(Verdict.ModelUnknown, _world.Admit().Verdict);

        Change(GrainWorld.PlanOf("gold", GrainWorld.Rate(1)));
        Assert.Equal(Verdict.Admitted, _world.Admit().Verdict);
        var refused = _world.Admit();
        Assert.Equal(
            (Verdict.RateLimited, "rpm", TimeSpan.FromMinutes(1)),
            (refused.Verdict, refused.RefusedBy, refused.RetryAfter));
    }

    [Fact]
    public void A_client_that_was_not_active_works_by_the_plan_as_it_is()
    {
        _world.CreateClient();
        _world.Restart();
        Change(GrainWorld.PlanOf("gold") with { UsableModels = ["other"] });

        Assert.Equal(Verdict.ModelUnknown, _world.Admit().Verdict);
    }

    [Fact]
    public void A_clients_own_limit_takes_the_place_of_its_plans_and_stays_when_the_plan_changes()
    {
        _world.CreateClient(GrainWorld.Slots(1), GrainWorld.Rate(10));
        _world.Done(() => _world.Administration.Replace(GrainWorld.ClientOf("gold", GrainWorld.Slots(3))));
        Change(GrainWorld.PlanOf("gold", GrainWorld.Slots(2), GrainWorld.Rate(20)));

        Assert.Equal(
            [("rpm", 20), ("slots", 3)], _world.Inspect().Limits.Select(limit => (limit.Name, limit.Limit)).Order());
    }

    /// <summary>Guards against a slow push that arrives behind a newer one.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_version_that_is_not_newer_is_ignored(long version)
    {
        _world.CreateClient();
        Change(GrainWorld.PlanOf("gold", GrainWorld.Slots(2)));

        Assert.True(Push(GrainWorld.PlanOf("gold", GrainWorld.Slots(9)) with { Version = version }));

        var live = _world.Inspect();
        Assert.Equal((2, 2), (live.PlanVersion, live.Limits.Single().Limit));
    }

    [Fact]
    public void A_newer_version_that_comes_first_is_in_force()
    {
        _world.CreateClient();

        Assert.True(Push(GrainWorld.PlanOf("gold", GrainWorld.Slots(9)) with { Version = 5 }));

        Assert.Equal(9, _world.Inspect().Limits.Single().Limit);
    }

    [Fact]
    public void A_client_that_moved_to_another_plan_is_told_of_that_one_only()
    {
        _world.CreateClient();
        _world.Done(() => _world.PlanGrain("small").Create(GrainWorld.PlanOf("small", GrainWorld.Slots(1))));
        _world.Done(() => _world.Administration.Replace(GrainWorld.ClientOf("small")));
        Assert.Equal(1, _world.Inspect().Limits.Single().Limit);

        Assert.False(Push(GrainWorld.PlanOf("gold", GrainWorld.Slots(9)) with { Version = 99 }));
        Change(GrainWorld.PlanOf("gold", GrainWorld.Slots(9)));
        Assert.Equal(1, _world.Inspect().Limits.Single().Limit);
        Assert.Contains("Plan gold is now version 2; 0 clients told.", _world.Log.All, StringComparison.Ordinal);

        _world.Done(() => _world.PlanGrain("small").Replace(GrainWorld.PlanOf("small", GrainWorld.Slots(4))));
        Assert.Equal(4, _world.Inspect().Limits.Single().Limit);
    }

    [Fact]
    public void What_a_client_has_in_use_stays_counted_when_its_plan_changes()
    {
        _world.CreateClient(GrainWorld.Slots(5), GrainWorld.Quota(1_000), GrainWorld.Rate(10));
        _world.AdmitMany(4);

        Change(GrainWorld.PlanOf("gold", GrainWorld.Slots(4), GrainWorld.Quota(2_000), GrainWorld.Rate(100)));

        var live = _world.Inspect();
        Assert.Equal(4, live.Slots.Length);
        Assert.Equal(4, _world.InspectQuota().Used);
        _world.Advance(TimeSpan.FromMilliseconds(15)); // Until then the end of a call might be on its way.
        Assert.Equal(Verdict.NoFreeSlot, _world.Admit().Verdict);
    }

    [Fact]
    public void A_plan_is_made_once_and_must_be_there_to_be_replaced()
    {
        Assert.Equal(
            new ChangeReply(ChangeOutcome.NotFound, "There is no plan 'gold'."),
            _world.Run(() => Gold.Replace(GrainWorld.PlanOf("gold"))));
        _world.Done(() => Gold.Create(GrainWorld.PlanOf("gold")));
        Assert.Equal(
            new ChangeReply(ChangeOutcome.AlreadyExists, "There is a plan 'gold' already."),
            _world.Run(() => Gold.Create(GrainWorld.PlanOf("gold"))));
    }

    [Fact]
    public void A_plan_that_cannot_be_is_refused_with_every_mistake()
    {
        var plan = GrainWorld.PlanOf("silver", GrainWorld.Slots(0), GrainWorld.Slots(1)) with
        {
            UsableModels = ["a*b", ""],
            VisibleModels = [.. Enumerable.Repeat("m", 257)],
        };

        Assert.Equal(
            new ChangeReply(
                ChangeOutcome.Invalid,
                "limits[0].amount: 0 is not between 1 and 1000000000000. limits[1].name: 'slots' is used twice. "
                + "plan: 'silver' is not 1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit. "
                + "models.use: 'a*b' is not a model's name or a beginning followed by '*'. "
                + "models.use: '' is not a model's name or a beginning followed by '*'. "
                + "models.see: 257 patterns are too many; 256 is the most."),
            _world.Run(() => Gold.Create(plan)));
        Assert.Null(_world.Run(() => Gold.Describe()));
    }

    [Fact]
    public void What_a_file_owns_only_the_file_changes()
    {
        var owned = GrainWorld.PlanOf("gold") with { OwnedBy = "sluice.yaml" };
        _world.Done(() => Gold.Create(owned));

        Assert.Equal(
            new ChangeReply(ChangeOutcome.OwnedByFile, "sluice.yaml"),
            _world.Run(() => Gold.Replace(owned with { OwnedBy = "" })));
        Change(owned with { UsableModels = ["x"] });
    }

    private IPlanGrain Gold => _world.PlanGrain("gold");

    private void Change(PlanDefinition plan) => _world.Done(() => Gold.Replace(plan));

    private bool Push(PlanDefinition plan) => _world.Run(
        () => _world.Silo.Client.GetGrain<IPlanSubscriber>(GrainWorld.ClientId).PlanChanged(plan));
}
