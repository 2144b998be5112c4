using Sluice.Actors.Membership;

namespace Sluice.Cluster.Storage;

/// <summary>The three grounds of a death and nothing else, decided where the table is kept.</summary>
public abstract class MembershipDeathTests : MembershipTest
{
    private protected MembershipDeathTests(MembershipPlace place)
        : base(place)
    {
    }

    [Fact]
    public async Task Two_silos_that_cannot_reach_a_third_have_it_dead_in_one_version()
    {
        var ids = await JoinAsync(3);

        var one = await SuspectAsync(ids[2], ids[0]);
        var two = await SuspectAsync(ids[2], ids[1]);

        Assert.Equal((3, 3), (one.Version, one.Silos.Length));
        Assert.Equal(4, two.Version);
        Assert.Equal(ids[..2], IdsOf(two));
        Assert.Equal(
            $"suspected by {ids[0]}, {ids[1]}", (await Table.HeartbeatAsync(ids[2], Token)).OwnDeath);
    }

    [Fact]
    public async Task One_silo_that_says_it_twice_is_one()
    {
        var ids = await JoinAsync(3);

        await SuspectAsync(ids[2], ids[0]);
        await SuspectAsync(ids[2], ids[0]);

        Assert.Equal(ids, await LivingAsync());
    }

    [Fact]
    public async Task A_suspicion_counts_for_five_seconds_since_it_was_last_said()
    {
        var ids = await JoinAsync(4);
        await SuspectAsync(ids[2], ids[0]);
        await SuspectAsync(ids[3], ids[0]);
        await PassAsync(3);
        await SuspectAsync(ids[3], ids[0]);
        await PassAsync(2);

        await SuspectAsync(ids[2], ids[1]);
        await SuspectAsync(ids[3], ids[1]);

        Assert.Equal(ids[..3], await LivingAsync());
    }

    /// <summary>
    /// Guards against the pair that has each other declared dead: the second word is that of a dead silo.
    /// </summary>
    [Fact]
    public async Task Who_is_dead_suspects_nobody_and_what_it_said_before_counts_no_more()
    {
        var ids = await JoinAsync(4);
        await SuspectAsync(ids[0], ids[1]);
        await SuspectAsync(ids[1], ids[0]);
        await SuspectAsync(ids[1], ids[2]);

        await SuspectAsync(ids[0], ids[1]);
        await SuspectAsync(ids[0], ids[3]);

        Assert.Equal([ids[0], ids[2], ids[3]], await LivingAsync());
    }

    [Fact]
    public async Task Nobody_suspects_itself_and_nobody_unknown_suspects_or_is_suspected()
    {
        var ids = await JoinAsync(3);

        await SuspectAsync(ids[0], ids[0]);
        await SuspectAsync(ids[0], 99);
        await SuspectAsync(99, ids[0]);
        var view = await SuspectAsync(ids[0], ids[1]);

        Assert.Equal((3, 3), (view.Version, view.Silos.Length));
    }

    [Fact]
    public async Task Of_two_silos_one_that_cannot_be_reached_and_is_silent_is_dead()
    {
        var ids = await JoinAsync(2);
        var reachable = await SuspectAsync(ids[1], ids[0]);
        await PassAsync(3);
        await BeatAsync(ids[0]);

        var silent = await SuspectAsync(ids[1], ids[0]);

        Assert.Equal(2, reachable.Silos.Length);
        Assert.Equal(3, silent.Version);
        Assert.Equal([ids[0]], IdsOf(silent));
    }

    [Fact]
    public async Task Of_three_silos_one_suspicion_of_a_silent_one_is_not_enough()
    {
        var ids = await JoinAsync(3);
        await PassAsync(4);
        await BeatAsync(ids[0], ids[1]);

        await SuspectAsync(ids[2], ids[0]);

        Assert.Equal(ids, await LivingAsync());
    }

    [Fact]
    public async Task Of_two_silos_that_were_both_silent_none_is_declared_dead_by_the_first_to_speak()
    {
        var ids = await JoinAsync(2);
        await PassAsync(30);

        await SuspectAsync(ids[1], ids[0]);
        await SuspectAsync(ids[0], ids[1]);
        await DeclareAsync(ids[1], ids[0]);

        Assert.Equal(ids, await LivingAsync());
    }

    [Fact]
    public async Task A_silo_that_is_silent_for_three_seconds_is_declared_dead_and_not_before()
    {
        var ids = await JoinAsync(3);
        await PassAsync(2);
        await BeatAsync(ids[0]);
        var early = await DeclareAsync(ids[2], ids[0]);
        await PassAsync(1);

        var late = await DeclareAsync(ids[2], ids[0]);
        var again = await DeclareAsync(ids[2], ids[0]);

        Assert.Equal(3, early.Version);
        Assert.Equal((4, 4), (late.Version, again.Version));
        Assert.Equal(ids[..2], IdsOf(late));
        Assert.Equal($"silent, declared by {ids[0]}", (await Table.HeartbeatAsync(ids[2], Token)).OwnDeath);
    }

    [Fact]
    public async Task A_heartbeat_at_the_last_moment_saves_the_silo()
    {
        var ids = await JoinAsync(2);
        await PassAsync(10);
        await BeatAsync(ids[0], ids[1]);

        await DeclareAsync(ids[1], ids[0]);

        Assert.Equal(ids, await LivingAsync());
    }

    [Fact]
    public async Task A_silo_that_stops_can_die_of_silence_too()
    {
        var ids = await JoinAsync(2);
        await Table.SetStatusAsync(ids[1], SiloStatus.Stopping, Token);
        await PassAsync(3);
        await BeatAsync(ids[0]);

        Assert.Equal([ids[0]], IdsOf(await DeclareAsync(ids[1], ids[0])));
    }

    [Fact]
    public async Task Who_is_dead_or_unknown_declares_nobody()
    {
        var ids = await JoinAsync(3);
        await Table.SetStatusAsync(ids[1], SiloStatus.Dead, Token);
        await PassAsync(3);

        await DeclareAsync(ids[2], ids[1]);
        await DeclareAsync(ids[2], 99);
        await DeclareAsync(ids[2], ids[2]);
        await DeclareAsync(99, ids[0]);

        Assert.Equal([ids[0], ids[2]], await LivingAsync());
    }

    /// <summary>
    /// Guards the two seconds in which a paused process wakes: what it decided before it slept is old.
    /// </summary>
    [Fact]
    public async Task Who_declares_must_have_beaten_a_moment_ago()
    {
        var ids = await JoinAsync(2);
        await PassAsync(2);
        await BeatAsync(ids[0]);
        await PassAsync(1.6);
        var asleep = await DeclareAsync(ids[1], ids[0]);
        await BeatAsync(ids[0]);

        var awake = await DeclareAsync(ids[1], ids[0]);

        Assert.Equal((2, 1), (asleep.Silos.Length, awake.Silos.Length));
    }

    [Fact]
    public async Task A_heartbeat_from_before_the_clock_stepped_back_is_no_sign_of_life()
    {
        var ids = await JoinAsync(2);
        await PassAsync(-60);
        await BeatAsync(ids[0]);

        Assert.Equal([ids[0]], IdsOf(await DeclareAsync(ids[1], ids[0])));
    }
}
