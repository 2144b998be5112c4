using FsCheck;
using FsCheck.Fluent;
using Sluice.Actors.Membership;
using Xunit;

namespace Sluice.Properties.Membership;

/// <summary>The laws of placement, for any silos and any keys.</summary>
public sealed class PlacementProperties
{
    private const int Keys = 400;

    /// <summary>1 to 16 silos with ids as a sequence gives them after years, or in its first minutes.</summary>
    private static readonly Gen<long[]> Ids =
        from count in Gen.Choose(1, 16)
        from large in Gen.Elements(1, 1_000_003)
        from gaps in Gen.Choose(1, 9).ArrayOf(count)
        select gaps.Select((_, i) => gaps.Take(i + 1).Sum(gap => (long)gap * large)).ToArray();

    private static readonly Gen<string> Prefixes =
        Gen.Elements("", "c", "tenant-with-a-long-name.", "ключ/", "0000000");

    private static readonly Gen<(long[] Ids, string Prefix, int Chosen)> Cases =
        from ids in Ids
        from prefix in Prefixes
        from chosen in Gen.Choose(0, ids.Length - 1)
        select (ids, prefix, chosen);

    [Fact]
    public void The_owner_is_a_silo_of_the_view_the_same_whatever_the_order_of_the_entries() => Law.Holds(
        from one in Cases
        from shuffled in Gen.Shuffle(one.Ids)
        select (one.Ids, one.Prefix, shuffled),
        one =>
        {
            var (view, again) = (View(one.Ids, 1), View(one.shuffled, 2));
            return KeysOf(one.Prefix).All(key =>
                one.Ids.Contains(Owner(key, view)) && Owner(key, view) == Owner(key, again));
        },
        tests: 300);

    [Fact]
    public void A_silo_that_leaves_moves_only_its_own_grains() => Law.Holds(
        Cases.Where(one => one.Ids.Length > 1),
        one =>
        {
            var gone = one.Ids[one.Chosen];
            var (before, after) = (View(one.Ids, 1), View([.. one.Ids.Where(id => id != gone)], 2));
            return KeysOf(one.Prefix).All(key =>
                Owner(key, before) == gone ? Owner(key, after) != gone : Owner(key, after) == Owner(key, before));
        },
        tests: 300);

    [Fact]
    public void A_silo_that_joins_takes_from_the_others_and_moves_nothing_between_them() => Law.Holds(
        Cases.Where(one => one.Ids.Length > 1),
        one =>
        {
            var joined = one.Ids[one.Chosen];
            var (before, after) = (View([.. one.Ids.Where(id => id != joined)], 1), View(one.Ids, 2));
            return KeysOf(one.Prefix).All(key =>
                Owner(key, after) == Owner(key, before) || Owner(key, after) == joined);
        },
        tests: 300);

    /// <summary>
    /// 16 000 keys: within 20 % of an even share. For 16 silos that is six times what chance alone would do.
    /// </summary>
    [Fact]
    public void Grains_are_spread_evenly_over_3_to_16_silos() => Law.Holds(
        Cases.Where(one => one.Ids.Length >= 3),
        one =>
        {
            var view = View(one.Ids, 1);
            var shares = KeysOf(one.Prefix, 16_000)
                .CountBy(key => Owner(key, view))
                .Select(count => count.Value)
                .ToList();
            var even = 16_000.0 / one.Ids.Length;
            return shares.Count == one.Ids.Length && shares.All(share => Math.Abs(share - even) < 0.2 * even);
        },
        tests: 60);

    /// <summary>What the owner loses goes to all others alike, so that a death doubles nobody's load.</summary>
    [Fact]
    public void The_grains_of_a_silo_that_leaves_are_spread_over_all_others() => Law.Holds(
        Cases.Where(one => one.Ids.Length is >= 3 and <= 8),
        one =>
        {
            var gone = one.Ids[one.Chosen];
            var (before, after) = (View(one.Ids, 1), View([.. one.Ids.Where(id => id != gone)], 2));
            var moved = KeysOf(one.Prefix, 16_000).Where(key => Owner(key, before) == gone).ToList();
            var even = (double)moved.Count / (one.Ids.Length - 1);
            var shares = moved.CountBy(key => Owner(key, after)).Select(count => count.Value).ToList();
            return shares.Count == one.Ids.Length - 1 && shares.All(share => Math.Abs(share - even) < 0.4 * even);
        },
        tests: 60);

    [Fact]
    public void Every_bit_of_a_key_moves_about_half_of_its_hash() => Law.Holds(
        from length in Gen.Choose(1, 40)
        from text in Gen.Choose(1, 0xD7FF).Select(drawn => (char)drawn).ArrayOf(length)
        from position in Gen.Choose(0, length - 1)
        from bit in Gen.Choose(0, 15)
        select (text, position, bit),
        one =>
        {
            var other = (char[])one.text.Clone();
            other[one.position] ^= (char)(1 << one.bit);
            var difference = PlacementHash.OfText(new string(one.text), 7) ^ PlacementHash.OfText(new string(other), 7);
            return ulong.PopCount(difference) is > 8 and < 56;
        },
        tests: 5_000);

    private static ClusterView View(long[] ids, long version) => new(
        version,
        ids.Select(id => SiloEntry.Of(new SiloCandidate("s", "h", 1, ["client"], 1), id)));

    private static IEnumerable<string> KeysOf(string prefix, int count = Keys) =>
        Enumerable.Range(0, count).Select(number => $"{prefix}{number}");

    private static long Owner(string key, ClusterView view) =>
        Placement.OwnerOf(GrainId.Create("client", key), view)!.Id;
}
