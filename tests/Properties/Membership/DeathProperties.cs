using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Sluice.Properties.Membership;

/// <summary>Who dies and who does not, in any history of crashes, pauses, cut networks, outages and clocks.</summary>
public sealed class DeathProperties
{
    private static readonly Gen<(int Silos, Happening[] Happenings)> Histories =
        from silos in Gen.Choose(1, 5)
        from count in Gen.Choose(1, 30)
        from happenings in Happening.Any(Enum.GetValues<Event>()).ArrayOf(count)
        select (silos, happenings);

    /// <summary>Of each fault one kind only, so that long histories of it are drawn too.</summary>
    private static Gen<(int Silos, Happening[] Happenings)> Only(params Event[] events) =>
        from silos in Gen.Choose(2, 5)
        from count in Gen.Choose(1, 30)
        from happenings in Happening.Any(events).ArrayOf(count)
        select (silos, happenings);

    [Fact]
    public void Nobody_is_declared_dead_without_one_of_the_three_grounds() => Law.Holds(
        Gen.OneOf(
            Histories,
            Only(Event.Pause, Event.Resume, Event.CutTable, Event.HealTable),
            Only(Event.CutPeers, Event.HealPeers, Event.Pause, Event.Resume),
            Only(Event.Outage, Event.EndOutage, Event.CutTable, Event.HealTable, Event.Crash)),
        one => NoMistakes(Ran(one).Judge),
        tests: 600);

    /// <summary>
    /// Two and a half seconds between outages, so that each silo gets a heartbeat through: a table that answers one
    /// silo and not the other, second by second, is no outage to the one.
    /// </summary>
    [Fact]
    public void Outages_of_the_table_of_any_length_kill_nobody() => Law.Holds(
        from silos in Gen.Choose(2, 6)
        from count in Gen.Choose(1, 12)
        from outages in OutageAndBack.ArrayOf(count)
        select (silos, outages),
        one =>
        {
            var history = new History(one.silos);
            history.Run(one.outages.SelectMany(pair => pair));
            history.Heal(8_000);
            Assert.Equal(one.silos, history.Fleet.Living.Length);
            NoMistakes(history.Judge);
        },
        tests: 300);

    [Fact]
    public void Steps_of_the_tables_clock_kill_nobody() => Law.Holds(
        Only(Event.StepClock, Event.Nothing),
        one => Assert.Equal(one.Silos, Ran(one).Fleet.Living.Length),
        tests: 300);

    /// <summary>Whoever can reach the table and one peer in each direction stays, whatever the others suffer.</summary>
    [Fact]
    public void A_network_that_is_cut_between_one_pair_kills_neither() => Law.Holds(
        from silos in Gen.Choose(2, 5)
        from count in Gen.Choose(1, 20)
        from happenings in Happening.Any(Event.CutPeers, Event.HealPeers, Event.Nothing).ArrayOf(count)
        select (silos, happenings),
        one =>
        {
            var history = new History(one.silos);
            history.Run(one.happenings.Select(happening => happening with { Silo = 0, Other = 1 }));
            Assert.Equal(one.silos, history.Fleet.Living.Length);
        },
        tests: 200);

    /// <summary>
    /// Liveness: with no fault left, the running agree on the table's view, hold exactly those who beat, and whoever
    /// was declared dead knows it.
    /// </summary>
    [Fact]
    public void When_the_faults_end_all_agree_and_the_dead_know_it() => Law.Holds(
        Histories,
        one =>
        {
            var history = Ran(one);
            history.Heal(15_000);
            var truth = history.Fleet.Truth;
            foreach (var silo in history.Running)
            {
                Assert.Equal(truth.Find(silo.Id) is null, silo.WasEvicted);
                if (!silo.WasEvicted)
                {
                    Assert.Equal(truth.Version, silo.Service.View.Version);
                }
            }

            if (history.Running.Any(silo => !silo.WasEvicted))
            {
                Assert.All(history.Crashed, silo => Assert.Null(truth.Find(silo.Id)));
            }
        },
        tests: 400);

    [Fact]
    public void Each_silo_is_told_of_views_in_order_once_each_and_of_its_eviction_once() => Law.Holds(
        Histories,
        one =>
        {
            foreach (var silo in Ran(one).Fleet.Silos)
            {
                var versions = silo.News
                    .Where(news => news != "evicted")
                    .Select(news => int.Parse(news[5..], null))
                    .ToList();
                Assert.Equal(versions.Order().Distinct(), versions);
                Assert.InRange(silo.News.Count - versions.Count, 0, 1);
            }
        },
        tests: 200);

    private static Gen<Happening[]> OutageAndBack =>
        from kind in Gen.Choose(0, 2)
        from outage in Draw.Mostly(50, 4_000, 120_000)
        from back in Draw.Mostly(2_500, 4_000, 9_000)
        select new[] { new Happening(Event.Outage, 0, kind, outage), new Happening(Event.EndOutage, 0, 0, back) };

    private static void NoMistakes(Judge judge) =>
        Assert.True(judge.Mistakes.Count == 0, string.Join(Environment.NewLine, judge.Mistakes));

    private static History Ran((int Silos, Happening[] Happenings) one)
    {
        var history = new History(one.Silos);
        history.Run(one.Happenings);
        return history;
    }
}
