using System.Collections.Immutable;
using Sluice.Actors.Membership;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Actors.Membership;

/// <summary>How views travel: each once, in order, whoever brings them.</summary>
public sealed class ViewTests
{
    [Fact]
    public void A_silo_learns_of_the_others_with_its_next_heartbeat()
    {
        var fleet = new Fleet(3);
        Assert.Single(fleet[0].Service.View.Silos);

        fleet.Advance(1);

        Assert.All(fleet.Silos, silo => Assert.Equal(3, silo.Service.View.Silos.Length));
        Assert.Equal(["view 1", "view 3"], fleet[0].News);
    }

    [Fact]
    public void A_newer_view_is_taken_from_another_silo_at_once_and_told_before_the_call_is_over()
    {
        var fleet = new Fleet(3);

        fleet[0].Service.Adopt(fleet[2].Service.View);

        Assert.Equal(["view 1", "view 3"], fleet[0].News);
    }

    [Fact]
    public void A_view_that_is_not_newer_changes_nothing()
    {
        var fleet = new Fleet(2);
        var (older, same) = (fleet[0].Service.View, fleet[1].Service.View);
        fleet.Advance(1);

        fleet[0].Service.Adopt(older);
        fleet[0].Service.Adopt(new ClusterView(same.Version, same.Silos));
        fleet.Advance(1);

        Assert.Equal(["view 1", "view 2"], fleet[0].News);
        Assert.Equal(2, fleet[0].Service.View.Version);
    }

    /// <summary>Guards the order when a handler itself brings the next view.</summary>
    [Fact]
    public void A_view_that_comes_while_another_is_told_is_told_after_it()
    {
        var fleet = new Fleet(1);
        var (silo, next) = (fleet[0], fleet[0].Service.View);
        var told = new List<(long Told, long Newest)>();
        silo.Service.ViewChanged += view =>
        {
            silo.Service.Adopt(new ClusterView(view.Version < 4 ? view.Version + 1 : 1, next.Silos));
            told.Add((view.Version, silo.Service.View.Version));
        };

        silo.Service.Adopt(new ClusterView(2, next.Silos));

        Assert.Equal([(2, 3), (3, 4), (4, 4)], told);
    }

    [Fact]
    public void A_handler_that_fails_is_told_of_the_next_view_all_the_same()
    {
        var (fleet, log) = (new Fleet(0), new RecordingLog());
        var silo = fleet.Join(log);
        silo.Service.ViewChanged += view => throw new InvalidOperationException($"{view.Version}");

        fleet.Join();
        fleet.Advance(1);
        fleet.Join();
        fleet.Advance(1);

        Assert.Equal(["view 1", "view 2", "view 3"], silo.News);
        Assert.Equal(2, log.Errors.Length);
    }

    [Fact]
    public async Task Views_brought_by_many_threads_are_told_once_each_in_order()
    {
        var silo = new Fleet(1)[0];
        var silos = silo.Service.View.Silos;
        var told = new List<long>();
        silo.Service.ViewChanged += view => told.Add(view.Version);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (var version = 2 + thread; version < 4_000; version += 1 + (thread % 3))
            {
                silo.Service.Adopt(new ClusterView(version, silos));
            }
        }))).Within();

        Assert.Equal(told.Order().Distinct(), told);
        Assert.Equal(silo.Service.View.Version, told[^1]);
    }

    [Fact]
    public void A_silo_that_is_missing_from_a_newer_view_is_evicted_once_and_told_so_first()
    {
        var fleet = new Fleet(2);
        var others = fleet[0].Service.View.Silos;

        fleet[1].Service.Adopt(new ClusterView(3, others));
        fleet[1].Service.Adopt(new ClusterView(4, others));
        fleet.Advance(3);

        Assert.Equal(["view 2", "evicted", "view 3", "view 4"], fleet[1].News);
    }

    [Fact]
    public void An_evicted_silo_says_no_more_that_it_lives_and_suspects_nobody()
    {
        var fleet = new Fleet(2);
        fleet.Advance(3);
        fleet[1].Service.Adopt(new ClusterView(3, ImmutableArray<SiloEntry>.Empty.Add(fleet[0].Service.Self)));
        var before = fleet[1].Link.Calls.Count;

        fleet[1].Service.Suspect(fleet[0].Id);
        fleet.Advance(3);

        Assert.Equal(before, fleet[1].Link.Calls.Count);
    }

    /// <summary>Guards against a silo that takes an old view for its death: those who gossip may lag behind.</summary>
    [Fact]
    public void A_view_from_before_a_silo_joined_does_not_evict_it()
    {
        var fleet = new Fleet(2);
        var old = fleet[0].Service.View;

        fleet[1].Service.Adopt(old);
        var third = fleet.Make();
        third.Service.Adopt(old);
        third.Begin(third.JoinAsync);
        fleet.Settle();

        Assert.False(fleet[1].WasEvicted);
        Assert.Equal(["view 1", "view 3"], third.News);
    }

    [Fact]
    public void A_process_that_takes_over_the_address_evicts_the_one_before()
    {
        var fleet = new Fleet(2);
        fleet.Replace(fleet[0]);

        fleet.Advance(1);

        Assert.Equal(["view 1", "evicted", "view 3"], fleet[0].News);
        Assert.False(fleet[1].WasEvicted);
    }

    [Fact]
    public void A_view_holds_each_living_silo_once()
    {
        var silo = SiloEntry.Of(new SiloCandidate("a", "h", 1, [], 1), 7);

        Assert.Throws<ArgumentException>(() => new ClusterView(1, [silo, silo]));
        Assert.Throws<ArgumentException>(() => new ClusterView(1, [silo with { Status = SiloStatus.Dead }]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClusterView(-1, []));
        Assert.Null(ClusterView.Empty.Find(7));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void A_view_finds_each_of_its_silos_and_no_other(int count)
    {
        var silos = Enumerable.Range(1, count)
            .Select(id => SiloEntry.Of(new SiloCandidate("a", "h", id, ["b", "a", "b"], 1), 10 * id))
            .ToArray();

        var view = new ClusterView(1, silos.Reverse());

        Assert.All(silos, silo => Assert.Same(silo, view.Find(silo.Id)));
        Assert.All(silos, silo => Assert.Null(view.Find(silo.Id - 1)));
        Assert.Null(view.Find((10 * count) + 1));
        Assert.Equal(silos, view.Silos);
    }

    [Fact]
    public void Entries_are_equal_when_everything_in_them_is()
    {
        var one = SiloEntry.Of(new SiloCandidate("a", "h", 1, ["b", "a"], 1), 7);

        Assert.Equal(one, SiloEntry.Of(new SiloCandidate("a", "h", 1, ["a", "b", "b"], 1), 7));
        Assert.NotEqual(one, one with { Status = SiloStatus.Stopping });
        Assert.NotEqual(one, one with { GrainTypes = ["a"] });
        Assert.NotEqual(one, one with { Id = 8 });
    }
}
