using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Actors.Membership;

/// <summary>What becomes of the word that a peer cannot be reached.</summary>
public sealed class SuspicionTests
{
    [Fact]
    public void A_silo_that_two_others_cannot_reach_is_dead_at_once_and_evicted()
    {
        var fleet = Settled(3);

        Suspect(fleet, by: 0, suspect: 2);
        Assert.Equal([0, 1, 2], fleet.Living);
        Suspect(fleet, by: 1, suspect: 2);

        Assert.Equal([0, 1], fleet.Living);
        Assert.Null(fleet[1].Service.View.Find(fleet[2].Id));
        fleet.Advance(1);
        Assert.True(fleet[2].WasEvicted);
    }

    [Fact]
    public void Two_silos_that_cannot_reach_each_other_but_the_table_both_live()
    {
        var fleet = Settled(2);

        for (var i = 0; i < 100; i++)
        {
            Suspect(fleet, by: 0, suspect: 1);
            Suspect(fleet, by: 1, suspect: 0);
            fleet.Advance(0.1);
        }

        Assert.Equal([0, 1], fleet.Living);
    }

    [Fact]
    public void A_suspicion_is_noted_once_a_second_however_often_it_is_said()
    {
        var fleet = Settled(3);

        for (var i = 0; i < 100; i++)
        {
            Suspect(fleet, by: 0, suspect: 2);
            Suspect(fleet, by: 0, suspect: 2);
            fleet.Advance(0.05);
        }

        Assert.Equal(5, fleet[0].Link.CountOf("Suspect"));
    }

    [Fact]
    public void Many_peers_out_of_reach_are_noted_one_after_another()
    {
        var fleet = Settled(6);
        fleet[0].Link.Fault = TableFault.Slow;

        for (var suspect = 1; suspect < 6; suspect++)
        {
            Suspect(fleet, by: 0, suspect);
        }

        Assert.Equal(1, fleet[0].Link.CountOf("Suspect"));
        fleet[0].Link.Fault = TableFault.None;
        fleet.Settle();
        Assert.Equal(5, fleet[0].Link.CountOf("Suspect"));
        Assert.Equal(1, fleet[0].Link.UnderWayMax);
    }

    [Fact]
    public void Nobody_suspects_itself_or_who_is_not_in_the_view()
    {
        var fleet = Settled(2);

        fleet[0].Service.Suspect(fleet[0].Id);
        fleet[0].Service.Suspect(99);
        fleet[0].Service.Suspect(0);
        fleet.Advance(1);

        Assert.Equal(0, fleet[0].Link.CountOf("Suspect"));
    }

    /// <summary>Guards the first moments after an outage: others may be a little later in coming back.</summary>
    [Fact]
    public void A_silo_suspects_nobody_until_its_own_heartbeats_had_no_gap_for_a_while()
    {
        var fleet = new Fleet(3);
        fleet.Advance(1);
        Suspect(fleet, by: 2, suspect: 0);
        Assert.Equal(0, fleet[2].Link.CountOf("Suspect"));
        fleet.Advance(1);
        Suspect(fleet, by: 2, suspect: 0);
        Assert.Equal(1, fleet[2].Link.CountOf("Suspect"));

        fleet.Fault = TableFault.Refused;
        fleet.Advance(2);
        fleet.Fault = TableFault.None;
        fleet.Advance(2.5);
        Suspect(fleet, by: 2, suspect: 0);
        Assert.Equal(1, fleet[2].Link.CountOf("Suspect"));
        fleet.Advance(1);
        Suspect(fleet, by: 2, suspect: 0);
        Assert.Equal(2, fleet[2].Link.CountOf("Suspect"));
    }

    [Fact]
    public void A_process_that_wakes_suspects_nobody()
    {
        var fleet = Settled(3);
        fleet.Silos.ForEach(silo => silo.IsPaused = true);
        fleet.Advance(20);
        fleet[0].IsPaused = false;

        Suspect(fleet, by: 0, suspect: 1);

        Assert.Equal(0, fleet[0].Link.CountOf("Suspect"));
    }

    [Fact]
    public void A_suspicion_that_the_table_does_not_take_is_forgotten_and_can_be_said_again()
    {
        var fleet = Settled(3);
        fleet[0].Link.Fault = TableFault.Refused;
        Suspect(fleet, by: 0, suspect: 2);
        fleet[0].Link.Fault = TableFault.None;
        fleet.Advance(1);

        Suspect(fleet, by: 0, suspect: 2);
        Suspect(fleet, by: 1, suspect: 2);

        Assert.Equal([0, 1], fleet.Living);
    }

    [Fact]
    public void A_peer_that_crashed_is_dead_as_soon_as_two_others_find_it_out_of_reach()
    {
        var fleet = Settled(3);
        fleet[2].IsPaused = true;

        fleet.Advance(0.2);
        Suspect(fleet, by: 0, suspect: 2);
        Suspect(fleet, by: 1, suspect: 2);

        Assert.Equal([0, 1], fleet.Living);
    }

    [Fact]
    public void A_silo_that_stops_may_still_be_suspected_and_suspect()
    {
        var fleet = Settled(3);
        fleet[1].Begin(() => fleet[1].Service.BeginStoppingAsync(default));
        fleet[2].Begin(() => fleet[2].Service.BeginStoppingAsync(default));
        fleet.Advance(1);

        Suspect(fleet, by: 0, suspect: 2);
        Suspect(fleet, by: 1, suspect: 2);

        Assert.Equal([0, 1], fleet.Living);
    }

    /// <summary>All silos have joined, know each other, and have beaten long enough to be heard.</summary>
    private static Fleet Settled(int silos)
    {
        var fleet = new Fleet(silos);
        fleet.Advance(3);
        return fleet;
    }

    private static void Suspect(Fleet fleet, int by, int suspect)
    {
        fleet[by].Service.Suspect(fleet[suspect].Id);
        fleet.Settle();
    }
}
