using Sluice.Actors.Membership;

namespace Sluice.Cluster.Storage;

/// <summary>How silos come and go, whatever keeps their table.</summary>
public abstract class MembershipTableTests : MembershipTest
{
    private protected MembershipTableTests(MembershipPlace place)
        : base(place)
    {
    }

    [Fact]
    public async Task Before_the_first_silo_there_is_an_empty_view()
    {
        var view = await Table.ReadAsync(Token);

        Assert.Equal(0, view.Version);
        Assert.Empty(view.Silos);
    }

    [Fact]
    public async Task A_silo_joins_as_it_says_under_an_id_of_its_own()
    {
        var joined = await Table.JoinAsync(
            new SiloCandidate("pod-0", "silo-0.silos", 11111, ["tenant", "client", "tenant"], 7), Token);

        Assert.True(joined.Silo.Id > 0);
        Assert.Equal(
            ("pod-0", "silo-0.silos", 11111, 7, SiloStatus.Active),
            (joined.Silo.Name, joined.Silo.Host, joined.Silo.Port, joined.Silo.Protocol, joined.Silo.Status));
        Assert.Equal(["client", "tenant"], joined.Silo.GrainTypes);
        Assert.Equal(1, joined.View.Version);
        Assert.Equal([joined.Silo], joined.View.Silos);
        Assert.Equal([joined.Silo], (await Table.ReadAsync(Token)).Silos);
    }

    [Fact]
    public async Task Each_join_is_a_version_and_the_view_is_ordered_by_id()
    {
        var ids = await JoinAsync(4);

        var view = await Table.ReadAsync(Token);

        Assert.Equal(4, view.Version);
        Assert.Equal(ids.Order(), IdsOf(view));
        Assert.Equal(4, ids.Distinct().Count());
    }

    [Fact]
    public async Task A_silo_at_the_address_of_another_replaces_it_in_one_version()
    {
        var ids = await JoinAsync(2);

        var joined = await Table.JoinAsync(Candidate(1), Token);

        Assert.Equal(3, joined.View.Version);
        Assert.Equal([ids[1], joined.Silo.Id], IdsOf(joined.View));
        var old = await Table.HeartbeatAsync(ids[0], Token);
        Assert.Equal((SiloStatus.Dead, "replaced by a new process at its address"), (old.OwnStatus, old.OwnDeath));
    }

    [Fact]
    public async Task A_silo_that_left_makes_room_at_its_address_for_good()
    {
        var ids = await JoinAsync(1);
        await Table.SetStatusAsync(ids[0], SiloStatus.Dead, Token);

        var joined = await Table.JoinAsync(Candidate(1), Token);

        Assert.NotEqual(ids[0], joined.Silo.Id);
        Assert.Equal("left", (await Table.HeartbeatAsync(ids[0], Token)).OwnDeath);
    }

    [Fact]
    public async Task A_heartbeat_is_answered_with_the_view_and_the_age_of_every_heartbeat()
    {
        var ids = await JoinAsync(2);
        await PassAsync(2);

        var snapshot = await Table.HeartbeatAsync(ids[0], Token);

        Assert.Equal((2, SiloStatus.Active, null), (snapshot.View.Version, snapshot.OwnStatus, snapshot.OwnDeath));
        Assert.Equal(ids, IdsOf(snapshot.View));
        Assert.Equal(ids, snapshot.Heartbeats.Select(heartbeat => heartbeat.SiloId));
        Assert.InRange(snapshot.Heartbeats[0].Age, Seconds(0), Seconds(0.9));
        Assert.InRange(snapshot.Heartbeats[1].Age, Seconds(2), Seconds(2.9));
        Assert.Equal([2L, 1L], snapshot.Heartbeats.Select(heartbeat => heartbeat.Count));
    }

    [Fact]
    public async Task A_silo_stops_and_leaves_each_in_a_version_and_never_goes_back()
    {
        var ids = await JoinAsync(2);

        var stopping = await Table.SetStatusAsync(ids[0], SiloStatus.Stopping, Token);
        var still = await Table.SetStatusAsync(ids[0], SiloStatus.Active, Token);
        var beating = await Table.HeartbeatAsync(ids[0], Token);
        var left = await Table.SetStatusAsync(ids[0], SiloStatus.Dead, Token);
        var again = await Table.SetStatusAsync(ids[0], SiloStatus.Stopping, Token);

        Assert.Equal((3, SiloStatus.Stopping), (stopping.Version, stopping.Find(ids[0])?.Status));
        Assert.Equal((3, SiloStatus.Stopping), (still.Version, still.Find(ids[0])?.Status));
        Assert.Equal(SiloStatus.Stopping, beating.OwnStatus);
        Assert.Equal(4, left.Version);
        Assert.Equal([ids[1]], IdsOf(left));
        Assert.Equal(4, again.Version);
        Assert.Null(again.Find(ids[0]));
    }

    [Fact]
    public async Task A_dead_silo_learns_it_from_its_heartbeat_and_stays_dead()
    {
        var ids = await JoinAsync(2);
        await Table.SetStatusAsync(ids[0], SiloStatus.Dead, Token);

        var first = await Table.HeartbeatAsync(ids[0], Token);
        var second = await Table.HeartbeatAsync(ids[0], Token);

        Assert.Equal((SiloStatus.Dead, "left"), (first.OwnStatus, first.OwnDeath));
        Assert.Equal([ids[1]], second.Heartbeats.Select(heartbeat => heartbeat.SiloId));
        Assert.Equal(3, second.View.Version);
        Assert.Equal([ids[1]], IdsOf(second.View));
    }

    [Fact]
    public async Task A_silo_that_nobody_knows_is_dead()
    {
        await JoinAsync(1);

        var snapshot = await Table.HeartbeatAsync(99, Token);

        Assert.Equal((SiloStatus.Dead, null), (snapshot.OwnStatus, snapshot.OwnDeath));
        Assert.Equal(1, (await Table.SetStatusAsync(99, SiloStatus.Dead, Token)).Version);
    }
}
