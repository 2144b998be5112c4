using System.Collections.Frozen;
using System.Collections.Immutable;
using Sluice.Actors.Codecs;
using Xunit;

namespace Sluice.Unit.Actors.Codecs;

public sealed class CollectionTests
{
    private static readonly int[] Numbers = [3, 1, 2, -7, int.MaxValue];
    private static readonly string?[] Texts = ["b", "", null, "a"];

    private static readonly string?[] TwoTexts = ["a", null];

    private static readonly Dictionary<string, int[]> Map = new() { ["b"] = [1, 2], [""] = [], ["a"] = [0] };

    [Fact]
    public void Sequences_arrive_in_their_order()
    {
        Arrive<int[], int>(Numbers);
        Arrive<string?[], string?>(Texts);
        Arrive<List<int>, int>([.. Numbers]);
        Arrive<List<string?>, string?>([.. Texts]);
        Arrive<ImmutableArray<int>, int>([.. Numbers]);
        Arrive<ImmutableList<string?>, string?>([.. Texts]);
        Arrive<ImmutableQueue<int>, int>([.. Numbers]);
        Arrive<ImmutableStack<int>, int>(ImmutableStack.CreateRange(Numbers));
        Assert.Equal(Numbers, Wire.Pass(new ReadOnlyMemory<int>(Numbers)).ToArray());
    }

    [Fact]
    public void Sets_arrive_with_every_element()
    {
        Arrive<HashSet<int>, int>([.. Numbers]);
        Arrive<FrozenSet<string?>, string?>(TwoTexts.ToFrozenSet());
        Arrive<ImmutableHashSet<string?>, string?>([.. Texts]);
        Arrive<ImmutableSortedSet<string?>, string?>([.. Texts]);
        Assert.True(Wire.Pass<HashSet<string?>>([.. Texts]).SetEquals(Texts));
    }

    [Fact]
    public void Dictionaries_arrive_with_every_pair()
    {
        Assert.Equivalent(Map, Wire.Pass(Map), strict: true);
        Assert.Equivalent(Map, Wire.Pass(Map.ToFrozenDictionary()), strict: true);
        Assert.Equivalent(Map, Wire.Pass(Map.ToImmutableDictionary()), strict: true);
        Assert.Equal(["", "a", "b"], Wire.Pass(Map.ToImmutableSortedDictionary()).Keys);
    }

    [Fact]
    public void Bytes_arrive_as_one_block()
    {
        byte[] bytes = [.. Enumerable.Range(0, 1_000).Select(i => (byte)i)];

        Assert.Equal(bytes, Wire.Pass(bytes));
        Assert.Equal(bytes, Wire.Pass(ImmutableArray.Create(bytes)));
        Assert.Equal(bytes, Wire.Pass(new ReadOnlyMemory<byte>(bytes, 0, 1_000)).ToArray());
        Assert.Equal(bytes.Length + 3, Wire.Write(bytes).Length);
        Assert.Equal([.. bytes.Select(b => (long)b)], Wire.Pass<List<byte>, long[]>([.. bytes]));
    }

    [Fact]
    public void Empty_and_missing_stay_apart()
    {
        Assert.Empty(Wire.Pass<int[]>([]));
        Assert.Null(Wire.Pass<int[]?>(null));
        Assert.Empty(Wire.Pass<byte[]>([]));
        Assert.Null(Wire.Pass<byte[]?>(null));
        Assert.Empty(Wire.Pass<Dictionary<int, int>>([]));
        Assert.Null(Wire.Pass<Dictionary<int, int>?>(null));
        Assert.Empty(Wire.Pass<ImmutableQueue<int>>([]));
        Assert.Empty(Wire.Pass(FrozenDictionary<int, int>.Empty));
        Assert.True(Wire.Pass<ImmutableArray<int>>(default).IsDefault);
        Assert.False(Wire.Pass<ImmutableArray<int>>([]).IsDefault);
        Assert.True(Wire.Pass<ImmutableArray<byte>>(default).IsDefault);
        Assert.False(Wire.Pass<ImmutableArray<byte>>([]).IsDefault);
        Assert.Equal(0, Wire.Pass<ReadOnlyMemory<byte>>(default).Length);
    }

    [Fact]
    public void Collections_nest()
    {
        int?[][] jagged = [[1, null], [], null!];
        var deep = new Dictionary<string, List<(int, ImmutableArray<string>)>> { ["k"] = [(1, ["a", "b"]), (2, [])] };

        Assert.Equal(jagged, Wire.Pass(jagged));
        Assert.Equivalent(deep, Wire.Pass(deep), strict: true);
    }

    [Fact]
    public void Many_collections_side_by_side_are_no_deeper_than_one()
    {
        var wide = Enumerable.Repeat<(int[], (int, int)?)>(([1], (2, 3)), 100).ToArray();

        Assert.Equal(wide.Length, Wire.Pass(wide).Length);
        Assert.Equal(wide.Length, Wire.Pass<(int[], (int, int)?)[], ValueTuple[]>(wide).Length);
    }

    /// <summary>Neighbouring versions may disagree on which collection it is.</summary>
    [Fact]
    public void Any_collection_reads_any_other()
    {
        Assert.Equal(Numbers, Wire.Pass<int[], ImmutableList<int>>(Numbers));
        Assert.Equal(Numbers, Wire.Pass<HashSet<long>, int[]>([.. Numbers]));
        Assert.Equal([("b", 1)], Wire.Pass<Dictionary<string, int>, (string, int)[]>(new() { ["b"] = 1 }));
        Assert.Equal(1, Wire.Pass<(string, int)[], FrozenDictionary<string, int>>([("b", 1)])["b"]);
    }

    [Fact]
    public void An_element_or_a_key_that_comes_twice_is_malformed()
    {
        var twice = new[] { (1, "a"), (2, "b"), (1, "c") };

        Refused<int[], HashSet<int>>([1, 1]);
        Refused<int[], FrozenSet<int>>([1, 1]);
        Refused<int[], ImmutableHashSet<int>>([1, 1]);
        Refused<int[], ImmutableSortedSet<int>>([1, 1]);
        Refused<(int, string)[], Dictionary<int, string>>(twice);
        Refused<(int, string)[], FrozenDictionary<int, string>>(twice);
        Refused<(int, string)[], ImmutableDictionary<int, string>>(twice);
        Refused<(int, string)[], ImmutableSortedDictionary<int, string>>(twice);
    }

    [Fact]
    public void A_key_that_is_null_is_malformed()
    {
        var without = new[] { ((string?)null, 1) };

        Refused<(string?, int)[], Dictionary<string, int>>(without);
        Refused<(string?, int)[], ImmutableSortedDictionary<string, int>>(without);
    }

    /// <summary>Guards against keys chosen to share one hash, each of which is compared with all before it.</summary>
    [Fact]
    public void A_collection_that_hashes_has_a_bound_and_one_that_sorts_or_lists_has_none()
    {
        var most = Enumerable.Range(0, 4_096).ToHashSet();
        int[] tooMany = [.. most, -1];

        Assert.Equal(most, Wire.Pass(most));
        Assert.Equal(tooMany, Wire.Pass<int[], List<int>>(tooMany));
        Assert.Equal(tooMany.Length, Wire.Pass<int[], ImmutableSortedSet<int>>(tooMany).Count);
        Assert.Equal(
            tooMany.Length, Wire.Pass(tooMany.ToImmutableSortedDictionary(number => number, number => number)).Count);
        Refused<int[], HashSet<int>>(tooMany);
        Refused<int[], FrozenSet<int>>(tooMany);
        Refused<int[], ImmutableHashSet<int>>(tooMany);
        Refused<(int, int)[], ImmutableDictionary<int, int>>([.. tooMany.Select(number => (number, 0))]);
        Assert.Throws<InvalidOperationException>(() => Wire.Write(tooMany.ToHashSet()));
    }

    private static void Arrive<T, TElement>(T collection)
        where T : IEnumerable<TElement> =>
        Assert.Equal<IEnumerable<TElement>>(collection, Wire.Pass(collection));

    private static void Refused<TFrom, TTo>(TFrom value) =>
        Assert.Throws<MalformedPayloadException>(() => Wire.Pass<TFrom, TTo>(value));
}
