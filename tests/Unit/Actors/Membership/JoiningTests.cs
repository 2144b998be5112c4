using Sluice.Actors.Hosting;
using Sluice.Actors.Membership;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Actors.Membership;

/// <summary>How a silo becomes one, and how it ceases to be one by its own will.</summary>
public sealed class JoiningTests
{
    [Fact]
    public void A_silo_that_joined_knows_itself_and_the_others()
    {
        var fleet = new Fleet(3);

        Assert.Equal(["view 3"], fleet[2].News);
        Assert.Equal(3, fleet[2].Service.View.Silos.Length);
        Assert.Equal(fleet[2].Id, fleet[2].Service.Self.Id);
        Assert.Equal(SiloStatus.Active, fleet[2].Service.Self.Status);
    }

    [Fact]
    public void Before_joining_there_is_no_self_and_an_empty_view()
    {
        var silo = new Fleet(0).Make();

        Assert.Equal(0, silo.Service.View.Version);
        Assert.Throws<InvalidOperationException>(() => silo.Service.Self);
    }

    [Fact]
    public void Joining_is_tried_until_the_table_is_there_and_says_so_once()
    {
        var (fleet, log) = (new Fleet(0), new RecordingLog());
        var silo = fleet.Make(log);
        silo.Link.Fault = TableFault.Refused;
        var joining = silo.Begin(silo.JoinAsync);
        fleet.Advance(20);
        Assert.False(joining.IsCompleted);

        silo.Link.Fault = TableFault.None;
        fleet.Advance(1);

        Assert.True(joining.IsCompletedSuccessfully);
        Assert.Equal(["The table of silos cannot be reached (The table is away.) and is tried again."], log.Errors);
    }

    [Theory]
    [InlineData((int)TableFault.Refused)]
    [InlineData((int)TableFault.Silent)]
    [InlineData((int)TableFault.Slow)]
    public void Joining_is_given_up_in_time_whatever_the_table_does(int fault)
    {
        var fleet = new Fleet(0);
        var silo = fleet.Make();
        silo.Link.Fault = (TableFault)fault;
        var joining = silo.Begin(silo.JoinAsync);

        fleet.Advance(29);
        Assert.False(joining.IsCompleted);
        fleet.Advance(2);

        Assert.Contains("could not join for 00:00:30", World.Failure<SiloUnavailableException>(joining).Message);
    }

    [Fact]
    public void Every_time_that_is_out_of_its_range_is_named()
    {
        var refused = Assert.Throws<ActorConfigurationException>(() => new Fleet(1, new MembershipOptions
        {
            HeartbeatPeriod = TimeSpan.FromMilliseconds(1),
            HeartbeatTimeout = TimeSpan.FromSeconds(2),
            GapMax = TimeSpan.Zero,
            SilenceMax = TimeSpan.Zero,
            SuspicionLifetime = TimeSpan.FromSeconds(1),
            SuspicionPeriod = TimeSpan.FromSeconds(1),
            JoinTimeout = TimeSpan.Zero,
            LeaveTimeout = TimeSpan.Zero,
        }));

        Assert.Equal(
            [
                "HeartbeatPeriod", "JoinTimeout", "LeaveTimeout", "HeartbeatTimeout", "GapMax", "SilenceMax",
                "SuspicionLifetime",
            ],
            refused.Mistakes.Select(mistake => mistake.Split(' ')[0]));
        Assert.Empty(new MembershipOptions().Mistakes());
    }

    [Fact]
    public void A_silo_leaves_in_two_steps_that_the_others_see_and_is_not_evicted()
    {
        var fleet = new Fleet(2);

        var stopping = fleet[0].Begin(() => fleet[0].Service.BeginStoppingAsync(default));
        fleet.Advance(1);
        Assert.Equal(SiloStatus.Stopping, fleet[1].Service.View.Find(fleet[0].Id)?.Status);
        var left = fleet[0].Begin(() => fleet[0].Service.LeaveAsync(default));
        fleet.Advance(1);

        Assert.True(World.Result(stopping));
        Assert.True(World.Result(left));
        Assert.Equal(["view 1", "view 3", "view 4"], fleet[0].News);
        Assert.Equal(["view 2", "view 3", "view 4"], fleet[1].News);
        Assert.Equal([fleet[1].Id], fleet[1].Service.View.Silos.Select(silo => silo.Id));
    }

    [Fact]
    public void A_silo_that_left_says_no_more_that_it_lives()
    {
        var fleet = new Fleet(2);
        fleet[0].Begin(() => fleet[0].Service.LeaveAsync(default));
        fleet.Settle();
        var before = fleet[0].Link.Calls.Count;

        fleet.Advance(10);

        Assert.Equal(before, fleet[0].Link.Calls.Count);
        Assert.False(fleet[0].WasEvicted);
    }

    [Theory]
    [InlineData((int)TableFault.Refused)]
    [InlineData((int)TableFault.Silent)]
    [InlineData((int)TableFault.Slow)]
    public void A_silo_that_cannot_reach_the_table_stops_all_the_same_in_bounded_time(int fault)
    {
        var log = new RecordingLog();
        var fleet = new Fleet(1);
        var silo = fleet.Join(log);
        silo.Link.Fault = (TableFault)fault;

        var stopping = silo.Begin(() => silo.Service.BeginStoppingAsync(default));
        fleet.Advance(3.1);
        var left = silo.Begin(() => silo.Service.LeaveAsync(default));
        fleet.Advance(3.1);

        Assert.False(World.Result(stopping));
        Assert.False(World.Result(left));
        Assert.Contains(log.Errors, error => error.Contains("it stops all the same", StringComparison.Ordinal));
        Assert.False(silo.WasEvicted);
    }
}
