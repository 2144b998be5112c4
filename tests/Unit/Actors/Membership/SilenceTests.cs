using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Actors.Membership;

/// <summary>
/// Who is silent dies, and nobody dies of what is wrong with the table, with time or with the one who looks.
/// </summary>
public sealed class SilenceTests
{
    private const double TenMinutes = 600;

    [Fact]
    public void A_silo_says_each_second_that_it_lives()
    {
        var fleet = new Fleet(1);

        fleet.Advance(10);

        Assert.Equal(10, fleet[0].Link.CountOf("Heartbeat"));
    }

    [Fact]
    public void Silos_that_live_stay()
    {
        var fleet = new Fleet(5);

        fleet.Advance(60);

        Assert.Equal([0, 1, 2, 3, 4], fleet.Living);
        Assert.All(fleet.Silos, silo => Assert.Equal(5, silo.Service.View.Version));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void A_silo_that_crashed_is_dead_for_all_within_four_seconds_and_a_heartbeat(int silos)
    {
        var fleet = new Fleet(silos);
        fleet.Advance(10);

        fleet[0].IsPaused = true;
        fleet.Advance(2.9);
        Assert.Contains(0, fleet.Living);
        fleet.Advance(1.2);
        Assert.DoesNotContain(0, fleet.Living);
        fleet.Advance(1);

        Assert.All(fleet.Silos.Skip(1), silo => Assert.Null(silo.Service.View.Find(fleet[0].Id)));
        Assert.Equal(silos + 1, fleet.Truth.Version);
    }

    [Fact]
    public void Silos_that_crash_together_die_together()
    {
        var fleet = new Fleet(4);
        fleet.Advance(5);
        fleet[0].IsPaused = fleet[1].IsPaused = fleet[2].IsPaused = true;

        fleet.Advance(5);

        Assert.Equal([3], fleet.Living);
        Assert.Equal([fleet[3].Id], fleet[3].Service.View.Silos.Select(silo => silo.Id));
    }

    [Fact]
    public void A_process_that_wakes_after_it_was_declared_dead_is_evicted_by_its_first_heartbeat()
    {
        var fleet = new Fleet(2);
        fleet.Advance(5);
        fleet[0].IsPaused = true;
        fleet.Advance(30);
        fleet[0].IsPaused = false;

        fleet.Settle();

        Assert.Equal(["view 1", "view 2", "evicted", "view 3"], fleet[0].News);
        Assert.Equal([1], fleet.Living);
    }

    [Fact]
    public void A_process_that_wakes_beats_once_for_all_the_beats_that_it_missed()
    {
        var fleet = new Fleet(1);
        fleet[0].IsPaused = true;
        fleet.Advance(60);
        fleet[0].IsPaused = false;

        fleet.Settle();

        Assert.Equal(1, fleet[0].Link.CountOf("Heartbeat"));
    }

    /// <summary>Guards against the waking silo that finds everybody silent: it was itself not there to see.</summary>
    [Fact]
    public void A_machine_that_sleeps_with_all_silos_on_it_wakes_with_all_of_them()
    {
        var fleet = new Fleet(3);
        fleet.Advance(5);
        fleet.Silos.ForEach(silo => silo.IsPaused = true);
        fleet.Advance(TenMinutes);

        foreach (var silo in fleet.Silos)
        {
            silo.IsPaused = false;
            fleet.Advance(0.4);
        }

        fleet.Advance(10);
        Assert.Equal([0, 1, 2], fleet.Living);
    }

    [Theory]
    [InlineData((int)TableFault.Refused, 1)]
    [InlineData((int)TableFault.Refused, TenMinutes)]
    [InlineData((int)TableFault.Silent, 4)]
    [InlineData((int)TableFault.Silent, TenMinutes)]
    public void An_outage_of_the_table_freezes_the_view_and_kills_nobody(int fault, double seconds)
    {
        var fleet = new Fleet(3);
        fleet.Advance(5);

        fleet.Fault = (TableFault)fault;
        fleet.Advance(seconds);
        Assert.All(fleet.Silos, silo => Assert.Equal(3, silo.Service.View.Silos.Length));
        fleet.Fault = TableFault.None;
        fleet.Advance(10);

        Assert.Equal([0, 1, 2], fleet.Living);
        Assert.DoesNotContain("DeclareSilent", fleet.Silos.SelectMany(silo => silo.Link.Calls));
    }

    [Fact]
    public void An_outage_is_warned_of_once_and_its_end_is_told()
    {
        var (fleet, log) = (new Fleet(0), new RecordingLog());
        fleet.Join(log);

        fleet.Fault = TableFault.Refused;
        fleet.Advance(10);
        fleet.Fault = TableFault.None;
        fleet.Advance(1);

        Assert.StartsWith(
            "The table of silos cannot be reached (The table is away.). The silos that are known go on",
            Assert.Single(log.Errors));
        Assert.Single(log.All, "The table of silos is back after 00:00:10.");
    }

    /// <summary>Guards the count: silence from before the outage was over is no silence.</summary>
    [Fact]
    public void Who_crashed_during_an_outage_is_declared_dead_three_seconds_after_it_and_not_before()
    {
        var fleet = new Fleet(3);
        fleet.Advance(5);
        fleet.Fault = TableFault.Refused;
        fleet[0].IsPaused = true;
        fleet.Advance(30);
        fleet.Fault = TableFault.None;

        fleet.Advance(2.9);
        Assert.Equal([0, 1, 2], fleet.Living);
        fleet.Advance(2.1);

        Assert.Equal([1, 2], fleet.Living);
    }

    [Fact]
    public void One_failed_heartbeat_begins_the_count_anew()
    {
        var fleet = new Fleet(2);
        fleet.Advance(5.2);
        fleet[0].IsPaused = true;
        fleet.Advance(2);
        fleet[1].Link.Fault = TableFault.Refused;
        fleet.Advance(1);
        fleet[1].Link.Fault = TableFault.None;

        fleet.Advance(3.5);
        Assert.Equal([0, 1], fleet.Living);
        fleet.Advance(1);

        Assert.Equal([1], fleet.Living);
    }

    [Fact]
    public void A_heartbeat_that_is_answered_too_late_begins_the_count_anew()
    {
        var fleet = new Fleet(2);
        fleet.Advance(5.2);
        fleet[0].IsPaused = true;
        fleet[1].Link.Fault = TableFault.Slow;
        fleet.Advance(2.5);
        fleet[1].Link.Fault = TableFault.None;

        fleet.Advance(3.2);
        Assert.Equal([0, 1], fleet.Living);
        fleet.Advance(1);

        Assert.Equal([1], fleet.Living);
    }

    /// <summary>Guards against a pile: a table that does not even heed the token has one heartbeat under way.</summary>
    [Fact]
    public void A_table_that_hangs_holds_one_heartbeat_and_is_warned_of()
    {
        var (fleet, log) = (new Fleet(0), new RecordingLog());
        var silo = fleet.Join(log);
        silo.Link.Fault = TableFault.Slow;

        fleet.Advance(60);

        Assert.Equal(1, silo.Link.UnderWayMax);
        Assert.Single(log.Errors);
    }

    [Fact]
    public void A_silo_that_alone_cannot_reach_the_table_is_silent_for_the_others()
    {
        var fleet = new Fleet(3);
        fleet.Advance(5);
        fleet[0].Link.Fault = TableFault.Refused;

        fleet.Advance(5);
        Assert.Equal([1, 2], fleet.Living);
        Assert.False(fleet[0].WasEvicted);
        fleet[0].Service.Adopt(fleet[1].Service.View);

        Assert.True(fleet[0].WasEvicted);
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    [InlineData(4)]
    [InlineData(-4)]
    public void A_step_of_the_tables_clock_kills_nobody_and_hides_nobody(double seconds)
    {
        var fleet = new Fleet(3);
        fleet.Advance(5.5);

        fleet.StepTableClock(TimeSpan.FromSeconds(seconds));
        fleet[0].IsPaused = true;
        fleet.Advance(1);
        Assert.Equal([0, 1, 2], fleet.Living);
        fleet.Advance(8);

        Assert.Equal([1, 2], fleet.Living);
    }

    [Fact]
    public void Nobody_is_declared_dead_twice_while_the_declaration_is_under_way()
    {
        var fleet = new Fleet(2);
        fleet.Advance(5);
        fleet[0].IsPaused = true;

        fleet.Advance(10);

        Assert.Equal(1, fleet[1].Link.CountOf("DeclareSilent"));
    }
}
