using Sluice.Silo.Introspection;
using Xunit;

namespace Sluice.Unit.Silo.Introspection;

public sealed class ClusterTotalsTests
{
    [Fact]
    public void Totals_are_of_the_silos_that_answered_and_say_how_many_did_not()
    {
        var totals = ClusterTotals.Of([
            Silo("1", Figures(3, 10, 1.5, ("client", 2, 10), ("plan", 1, 0))),
            Silo("2", null),
            Silo("3", Figures(5, 7, null, ("client", 1, 3), ("edge", 4, 4))),
        ]);

        Assert.Equal((3, 2), (totals.Silos, totals.SilosReachable));
        Assert.Equal((8, 17, 1.5), (totals.Activations, totals.Waiting, totals.CallsPerSecond));
        Assert.Equal(
            [("edge", 4, 4), ("client", 3, 13), ("plan", 1, 0)],
            totals.Types.Select(type => (type.Type, type.Activations, type.Waiting)));
    }

    [Fact]
    public void What_no_silo_can_tell_is_unknown_and_not_nothing()
    {
        var figures = Figures(3, null, null, ("client", 2, null));

        var totals = ClusterTotals.Of([Silo("1", figures), Silo("2", figures)]);

        Assert.Equal((6, null, null), (totals.Activations, totals.Waiting, totals.CallsPerSecond));
        Assert.Equal([("client", 4, null)], totals.Types.Select(type => (type.Type, type.Activations, type.Waiting)));
    }

    private static SiloReport Silo(string id, SiloFigures? figures) => new(
        id, $"silo-{id}", $"10.0.0.{id}:11111", "Active", figures is not null, false, figures is null ? "away" : null,
        figures);

    private static SiloFigures Figures(
        int activations, long? waiting, double? callsPerSecond,
        params (string Type, int Grains, long? Waiting)[] types) =>
        new(1, default, 1, 1, 1, activations, waiting, callsPerSecond, null, null, null,
            [.. types.Select(type => new GrainTypeReport(type.Type, type.Grains, type.Waiting))], []);
}
