using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>Guards "stored before it is promised", where a failed write may have happened or not.</summary>
public sealed class FailedWriteTests
{
    private readonly GrainWorld _world = new();

    [Theory]
    [InlineData(NextWrite.Lost)]
    [InlineData(NextWrite.StoredButFails)]
    public void After_a_failed_write_the_old_state_stays_in_force(object next)
    {
        _world.CreateClient();

        Fail((NextWrite)next, () => _world.Administration.RevokeKey(new RevokeKeyRequest { Version = 1 }));

        Assert.Equal(Verdict.Admitted, _world.Admit().Verdict);
    }

    [Fact]
    public void A_change_that_was_lost_can_be_repeated()
    {
        _world.CreateClient();
        Fail(NextWrite.Lost, () => _world.Administration.RevokeKey(new RevokeKeyRequest { Version = 1 }));

        _world.Done(() => _world.Administration.RevokeKey(new RevokeKeyRequest { Version = 1 }));

        Assert.Equal(Verdict.KeyRevoked, _world.Admit().Verdict);
    }

    /// <summary>The next change is made to what is stored, not to what was in memory: neither is lost.</summary>
    [Fact]
    public void A_change_that_happened_after_all_is_found_by_the_next_one()
    {
        _world.CreateClient();
        Fail(NextWrite.StoredButFails, () => _world.Administration.RevokeKey(new RevokeKeyRequest { Version = 1 }));

        Assert.Equal(2, _world.IssueKey(new byte[32]).Version);

        Assert.Equal(Verdict.KeyRevoked, _world.Admit().Verdict);
        Assert.Equal(Verdict.Admitted, _world.Admit(keyVersion: 2, digest: new byte[32]).Verdict);
        _world.Restart();
        Assert.Equal(Verdict.KeyRevoked, _world.Admit().Verdict);
    }

    /// <summary>Guards against working by the limits of a plan that the client has left.</summary>
    [Fact]
    public void A_move_to_another_plan_that_happened_after_all_brings_that_plan()
    {
        _world.CreateClient(GrainWorld.Slots(2));
        _world.Done(() => _world.PlanGrain("gold").Replace(GrainWorld.PlanOf("gold", GrainWorld.Slots(3))));
        _world.Done(() => _world.PlanGrain("small").Create(GrainWorld.PlanOf("small", GrainWorld.Slots(1))));
        Fail(NextWrite.StoredButFails, () => _world.Administration.Replace(GrainWorld.ClientOf("small")));

        _world.IssueKey(new byte[32]);

        var live = _world.Inspect();
        Assert.Equal(("small", 1, 1), (live.Plan, live.PlanVersion, live.Limits.Single().Limit));
        _world.Done(() => _world.PlanGrain("small").Replace(GrainWorld.PlanOf("small", GrainWorld.Slots(5))));
        Assert.Equal(5, _world.Inspect().Limits.Single().Limit);
    }

    [Theory]
    [InlineData(NextWrite.Lost)]
    [InlineData(NextWrite.StoredButFails)]
    public void A_client_whose_making_failed_can_be_made_again(object next)
    {
        _world.Done(() => _world.PlanGrain("gold").Create(GrainWorld.PlanOf("gold")));
        Fail((NextWrite)next, () => _world.Administration.Create(GrainWorld.ClientOf("gold")));

        var again = _world.Run(() => _world.Administration.Create(GrainWorld.ClientOf("gold")));

        Assert.Equal(
            (NextWrite)next is NextWrite.Lost ? ChangeOutcome.Done : ChangeOutcome.AlreadyExists, again.Outcome);
        _world.IssueKey(GrainWorld.Digest);
        Assert.Equal(Verdict.Admitted, _world.Admit().Verdict);
    }

    [Theory]
    [InlineData(NextWrite.Lost, 1)]
    [InlineData(NextWrite.StoredButFails, 2)]
    public void A_plan_whose_write_failed_is_read_again(object next, long version)
    {
        _world.CreateClient(GrainWorld.Slots(2));
        Fail((NextWrite)next, () => _world.PlanGrain("gold").Replace(GrainWorld.PlanOf("gold", GrainWorld.Slots(9))));
        Assert.Equal(2, _world.Inspect().Limits.Single().Limit);

        Assert.Equal(version, _world.Run(() => _world.PlanGrain("gold").Describe())!.Version);

        _world.Advance(TimeSpan.FromMinutes(1)); // The client asks for its plan by itself.
        Assert.Equal(version, _world.Inspect().PlanVersion);
    }

    private void Fail<T>(NextWrite next, Func<Task<T>> change)
    {
        _world.Storage.Next = next;
        Assert.ThrowsAny<Exception>(() => _world.Run(change));
    }
}
