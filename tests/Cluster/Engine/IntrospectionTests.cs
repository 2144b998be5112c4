using Sluice.Actors.Introspection;
using Sluice.Testing;

namespace Sluice.Cluster.Engine;

/// <summary>What operators see of a cluster, asked of one silo, over real connections.</summary>
public sealed class IntrospectionTests : IAsyncDisposable
{
    private readonly EngineCluster _cluster = new();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Every_silo_tells_the_whole_cluster()
    {
        var silos = await StartThreeAsync();
        await AddToGrainsAsync(silos[0], 40);

        foreach (var silo in silos)
        {
            var look = await silo.Host.ReportAsync(CancellationToken.None).Within();

            Assert.Equal(silos.Select(other => other.Entry.Id), look.Silos.Select(other => other.Silo!.Id));
            Assert.Equal(silo.Entry.Id, Assert.Single(look.Silos, other => other.IsSelf).Silo!.Id);
            Assert.All(look.Silos, other => Assert.Equal(look.ViewVersion, other.Answer!.ViewVersion));
            Assert.Equal(40, look.Silos.Sum(other => Looked(other.Answer!)?.Activations ?? 0));
            Assert.All(look.Silos, other => Assert.InRange(Looked(other.Answer!)!.Activations, 1, 39));
        }
    }

    [Fact]
    public async Task A_silo_that_hangs_is_named_and_the_others_are_told()
    {
        var hanging = new HangingScheduler();
        var silos = await StartThreeAsync(hanging);
        await AddToGrainsAsync(silos[0], 40);
        hanging.Hang();
        try
        {
            var look = await silos[0].Host.ReportAsync(CancellationToken.None).Within();

            Assert.Equal(3, look.Silos.Count);
            var unreachable = Assert.Single(look.Silos, silo => silo.Answer is null);
            Assert.Equal("three", unreachable.Silo!.Name);
            Assert.NotEmpty(unreachable.Problem!);
            Assert.All(
                look.Silos.Where(silo => silo != unreachable),
                silo => Assert.Equal((true, null), (silo.Answer!.Activations > 0, silo.Problem)));
        }
        finally
        {
            hanging.GoOn();
        }
    }

    [Fact]
    public async Task A_grain_is_looked_at_where_it_lives_whoever_is_asked()
    {
        var silos = await StartThreeAsync();
        await AddToGrainsAsync(silos[0], 20);

        for (var i = 0; i < 20; i++)
        {
            var id = GrainId.Create("looked", $"a/{i}");
            var owner = silos.Single(silo => silo.Host.Find(id) is not null).Entry.Id;
            foreach (var silo in silos)
            {
                var look = (await silo.Host.LookAsync(id, CancellationToken.None).Within())!;

                Assert.Equal((owner, null), (look.SiloId, look.Problem));
                Assert.Equal(($$"""{"sum":{{i}}}""", "Active"), (look.Look!.State, look.Look.Activation!.Status));
            }
        }
    }

    [Fact]
    public async Task Looking_at_a_grain_that_is_not_active_activates_it_on_no_silo()
    {
        var silos = await StartThreeAsync();
        var id = GrainId.Create("looked", "nobody");

        foreach (var silo in silos)
        {
            var look = (await silo.Host.LookAsync(id, CancellationToken.None).Within())!;
            Assert.Null(look.Look!.Activation);
            Assert.Contains(look.SiloId, silos.Select(other => other.Entry.Id));
        }

        Assert.All(silos, silo => Assert.Null(silo.Host.Find(id)));
        Assert.Null(await silos[0].Host.LookAsync(GrainId.Create("nonsense", "a"), CancellationToken.None).Within());
    }

    [Fact]
    public async Task A_list_has_the_grains_of_all_silos()
    {
        var silos = await StartThreeAsync();
        await AddToGrainsAsync(silos[0], 30);

        var lists = await silos[1].Host
            .ListAsync(new ActivationQuery { Type = "looked", Most = 100 }, CancellationToken.None).Within();

        Assert.Equal(
            Enumerable.Range(0, 30).Select(i => $"looked/a/{i}").Order(StringComparer.Ordinal),
            lists.SelectMany(list => list.Answer!).Select(grain => grain.Grain.ToString())
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Only_silos_may_look()
    {
        var silo = await _cluster.StartSiloAsync("one");
        var client = await _cluster.StartClientAsync(silo);

        var failure = await Assert.ThrowsAsync<UnauthorizedAccessException>(
            () => client.ReportAsync(CancellationToken.None).Within());

        Assert.Contains("Only silos", failure.Message, StringComparison.Ordinal);
    }

    private static TypeCount? Looked(HostReport report) => Array.Find(report.Types, type => type.Type == "looked");

    private async Task<EngineSilo[]> StartThreeAsync(HangingScheduler? last = null)
    {
        EngineSilo[] silos =
        [
            await _cluster.StartSiloAsync("one"), await _cluster.StartSiloAsync("two"),
            await _cluster.StartSiloAsync("three", scheduler: last),
        ];
        await Eventually.True(() => silos.All(silo => silo.Host.Silos.Count == 3), "All silos know each other.");
        return silos;
    }

    private static async Task AddToGrainsAsync(EngineSilo silo, int grains)
    {
        for (var i = 0; i < grains; i++)
        {
            await silo.Host.Client.GetGrain<ILooked>($"a/{i}").Add(i).Within();
        }
    }
}
