using Sluice.Actors.Membership;
using Xunit;

namespace Sluice.Unit.Actors.Membership;

/// <summary>Who owns a grain. What holds for any view stands in the property tests.</summary>
public sealed class PlacementTests
{
    /// <summary>
    /// Guards agreement: a silo of another version, or on another machine, must give the same answers. Worked out once
    /// by a second implementation of the hash in another language; never adjusted to the code.
    /// </summary>
    [Theory]
    [InlineData("", 0, 0x96ebbe173ff72a30)]
    [InlineData("\0", 0, 0x7bc56aa5506fe62)]
    [InlineData("\0\0", 0, 0x70460ecd8c168254)]
    [InlineData("client", 0, 0xe49dc68ea87a2f1e)]
    [InlineData("acme.web", 0xe49dc68ea87a2f1e, 0xead30bbccac0d486)]
    [InlineData("\u043a\u043b\u044e\u0447", 0xe49dc68ea87a2f1e, 0x2faaf4be54980816)]
    [InlineData("a-rather-long-key-of-more-than-two-blocks", 0xe49dc68ea87a2f1e, 0x5bf1ff8ee93fdcd8)]
    public void The_hash_is_what_it_was(string text, ulong seed, ulong expected) =>
        Assert.Equal(expected, PlacementHash.OfText(text, seed));

    /// <inheritdoc cref="The_hash_is_what_it_was"/>
    [Fact]
    public void The_owners_are_who_they_were()
    {
        var small = new ClusterView(1, [Silo(1, "client"), Silo(2, "client"), Silo(3, "client")]);
        var large = new ClusterView(1, [Silo(4, "client"), Silo(17, "client"), Silo(9_000_000_000, "client")]);

        Assert.Equal(
            [2, 3, 1, 3, 1, 1, 1, 2, 3, 1, 3, 2],
            Enumerable.Range(0, 12).Select(i => Owner("client", $"c{i}", small)!.Value));
        Assert.Equal(
            [4, 17, 4, 4, 9_000_000_000, 9_000_000_000, 17, 4],
            Enumerable.Range(0, 8).Select(i => Owner("client", $"c{i}", large)!.Value));
    }

    [Fact]
    public void One_silo_owns_everything_it_hosts_and_nothing_else()
    {
        var view = new ClusterView(1, [Silo(7, "client")]);

        Assert.Equal(7, Owner("client", "acme.web", view));
        Assert.Null(Placement.OwnerOf(GrainId.Create("tenant", "acme"), view));
        Assert.Null(Placement.OwnerOf(GrainId.Create("client", "acme.web"), ClusterView.Empty));
    }

    [Fact]
    public void A_grain_goes_only_to_silos_that_host_its_type()
    {
        var view = new ClusterView(1, [Silo(1, "client"), Silo(2, "client", "tenant"), Silo(3, "tenant")]);

        for (var i = 0; i < 200; i++)
        {
            Assert.Contains(Owner("client", $"c{i}", view)!.Value, new long[] { 1, 2 });
            Assert.Contains(Owner("tenant", $"t{i}", view)!.Value, new long[] { 2, 3 });
        }
    }

    [Fact]
    public void A_silo_that_stops_is_given_no_grains()
    {
        var view = new ClusterView(1, [Silo(1, "client") with { Status = SiloStatus.Stopping }, Silo(2, "client")]);
        var none = new ClusterView(2, [Silo(1, "client") with { Status = SiloStatus.Stopping }]);

        Assert.All(Enumerable.Range(0, 100), i => Assert.Equal(2, Owner("client", $"c{i}", view)));
        Assert.Null(Owner("client", "c", none));
    }

    [Fact]
    public void The_grain_of_a_silo_is_on_that_silo_while_it_is_in_the_view()
    {
        var view = new ClusterView(1, [Silo(7, "client"), Silo(12, "client") with { Status = SiloStatus.Stopping }]);

        Assert.Equal(7, Owner("sys.silo", "7", view));
        Assert.Equal(12, Owner("sys.silo", "12", view));
        Assert.All(
            ["8", "", " 7", "+7", "-7", "7.0", "seven", "99999999999999999999"],
            key => Assert.Null(Placement.OwnerOf(new GrainId(GrainType.Create("sys.silo"), IdSpan.Create(key)), view)));
    }

    [Fact]
    public void Types_with_the_same_keys_are_spread_apart()
    {
        var view = new ClusterView(1, [Silo(1, "client", "tenant"), Silo(2, "client", "tenant")]);

        var together = Enumerable.Range(0, 1_000)
            .Count(i => Owner("client", $"k{i}", view) == Owner("tenant", $"k{i}", view));

        Assert.InRange(together, 430, 570);
    }

    [Fact]
    public void Finding_the_owner_allocates_nothing()
    {
        var view = new ClusterView(1, [Silo(1, "client"), Silo(2, "client"), Silo(3, "client")]);
        var (grain, silo) = (GrainId.Create("client", "acme.web"), GrainId.Create("sys.silo", "2"));
        Placement.OwnerOf(grain, view);
        Placement.OwnerOf(silo, view);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            Placement.OwnerOf(grain, view);
            Placement.OwnerOf(silo, view);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static SiloEntry Silo(long id, params string[] types) =>
        SiloEntry.Of(new SiloCandidate($"s{id}", "h", 1, [.. types], 1), id);

    private static long? Owner(string type, string key, ClusterView view) =>
        Placement.OwnerOf(GrainId.Create(type, key), view)?.Id;
}
