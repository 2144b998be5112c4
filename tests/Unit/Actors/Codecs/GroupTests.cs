using System.Diagnostics.CodeAnalysis;
using Xunit;

namespace Sluice.Unit.Actors.Codecs;

/// <summary>Types with numbered members, in every shape that C# gives them.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by their codecs.")]
[SuppressMessage("Design", "CA1051", Justification = "Fields are a shape that must travel.")]
public sealed class GroupTests
{
    [GenerateSerializer]
    internal sealed record WithInitialisers
    {
        [Id(0)] public required int Count { get; init; }

        [Id(1)] public string Name { get; init; } = "unnamed";

        [Id(2)] public string? Note { get; init; }

        [Id(7)] public int[] Numbers { get; init; } = [1];
    }

    [GenerateSerializer]
    internal sealed record Positional([property: Id(1)] string Name, [property: Id(0)] int Count = 5)
    {
        [Id(2)] public string Note { get; init; } = "none";

        public int Twice => Count * 2;
    }

    [GenerateSerializer]
    internal readonly record struct PositionalStruct([property: Id(0)] string? Name, [property: Id(1)] long Count)
    {
        [Id(2)] public string Note { get; init; } = "none";
    }

    [GenerateSerializer]
    internal struct PlainStruct
    {
        [Id(0)] public int Count;

        [Id(1)] public string? Name { get; set; }
    }

    [GenerateSerializer]
    internal sealed class Hidden
    {
        [Id(0)] private int _count;

        [NonSerialized] private int _asked;

        private Hidden()
        {
        }

        internal static Hidden Of(int count, string name) => new() { _count = count, Name = name };

        [Id(1)] public string Name { get; private set; } = "";

        [field: NonSerialized] public int Cached { get; set; }

        public int Asked => ++_asked;

        public int Count() => _count;
    }

    [GenerateSerializer]
    internal sealed class ReadOnlyParts(int count, string[] names)
    {
        [Id(0)] public readonly int Count = count;

        [Id(1)] public string[] Names { get; } = names;
    }

    [GenerateSerializer]
    internal class Base
    {
        [Id(0)] public int Number { get; private set; } = 3;

        public void Set(int number) => Number = number;
    }

    [GenerateSerializer]
    internal sealed class Derived : Base
    {
        [Id(1)] public string Text { get; set; } = "";
    }

    [GenerateSerializer]
    internal sealed record Tree([property: Id(0)] int Value, [property: Id(1)] Tree[] Children);

    [GenerateSerializer]
    internal sealed record Page<T>([property: Id(0)] T[] Items, [property: Id(1)] T? First);

    [GenerateSerializer]
    internal sealed record Many
    {
        [Id(15)] public int Short { get; init; }

        [Id(16)] public int Long { get; init; }

        [Id((uint.MaxValue >> 3) - 1)] public int Far { get; init; }
    }

    [GenerateSerializer]
    internal sealed record Empty;

    [GenerateSerializer]
    internal sealed record LooksCopied([property: Id(0)] int Number, [property: Id(1)] LooksCopied? Original);

    [GenerateSerializer]
    internal sealed class Chain(Chain? next)
    {
        [Id(0)] public Chain? Next { get; } = next;
    }

    [Fact]
    public void A_record_arrives_with_every_member()
    {
        var sent = new WithInitialisers { Count = 4, Name = "n", Note = "o", Numbers = [] };
        var received = Wire.Pass(sent);

        Assert.Equal((4, "n", "o"), (received.Count, received.Name, received.Note));
        Assert.Empty(received.Numbers);
    }

    /// <summary>Guards against a null or a zero that is left out and comes back as the initialiser's value.</summary>
    [Fact]
    public void Null_and_zero_arrive_even_where_the_type_begins_with_something_else()
    {
        var received = Wire.Pass(new WithInitialisers { Count = 0, Name = null!, Numbers = null! });

        Assert.Equal((0, null, null, null), (received.Count, received.Name, received.Note, received.Numbers));
        Assert.Equal(new Positional(null!, 0) { Note = null! }, Wire.Pass(new Positional(null!, 0) { Note = null! }));
    }

    [Fact]
    public void Positional_records_arrive()
    {
        var record = new Positional("n", 3) { Note = "x" };
        var value = new PositionalStruct("n", long.MinValue) { Note = "x" };

        Assert.Equal(record, Wire.Pass(record));
        Assert.Equal(value, Wire.Pass(value));
        Assert.Equal(default, Wire.Pass(default(PositionalStruct)));
    }

    /// <summary>Guards the members that a constructor sets besides its parameters.</summary>
    [Fact]
    public void A_missing_member_keeps_its_initialiser_beside_a_constructor()
    {
        Assert.Equal("none", Wire.Pass<ValueTuple<int>, Positional>(ValueTuple.Create(3)).Note);
        Assert.Equal("none", Wire.Pass<ValueTuple<string>, PositionalStruct>(ValueTuple.Create("n")).Note);
    }

    [Fact]
    public void Structs_with_fields_arrive()
    {
        var received = Wire.Pass(new PlainStruct { Count = 3, Name = "n" });

        Assert.Equal((3, "n"), (received.Count, received.Name));
    }

    [Fact]
    public void What_is_private_arrives_and_what_is_not_serialized_does_not()
    {
        var sent = Hidden.Of(5, "n");
        sent.Cached = sent.Asked;
        var received = Wire.Pass(sent);

        Assert.Equal((5, "n", 0, 1), (received.Count(), received.Name, received.Cached, received.Asked));
    }

    [Fact]
    public void Members_that_only_a_constructor_sets_arrive()
    {
        var received = Wire.Pass(new ReadOnlyParts(5, ["a"]));

        Assert.Equal(5, received.Count);
        Assert.Equal(["a"], received.Names);
    }

    [Fact]
    public void Members_of_a_base_class_arrive_with_private_setters()
    {
        var sent = new Derived { Text = "t" };
        sent.Set(8);

        Assert.Equal((8, "t"), (Wire.Pass(sent).Number, Wire.Pass(sent).Text));
    }

    [Fact]
    public void An_object_of_a_derived_type_is_not_cut_down_to_the_declared_one()
    {
        var message = Assert.Throws<InvalidOperationException>(() => Wire.Write<Base>(new Derived())).Message;

        Assert.Contains("its own members would be lost", message, StringComparison.Ordinal);
        Assert.Equal(3, Wire.Pass(new Base()).Number);
    }

    [Fact]
    public void Null_arrives_as_null_alone_and_in_a_list()
    {
        Assert.Null(Wire.Pass<Positional?>(null));
        Positional?[] some = [null, new Positional("a")];
        Assert.Equal(some, Wire.Pass(some));
    }

    [Fact]
    public void A_type_that_holds_itself_arrives()
    {
        var received = Wire.Pass(new Tree(1, [new Tree(2, []), new Tree(3, [new Tree(4, null!)])]));

        Assert.Equal([2, 3], received.Children.Select(child => child.Value));
        Assert.Equal(4, received.Children[1].Children[0].Value);
        Assert.Null(received.Children[1].Children[0].Children);
    }

    /// <summary>Guards against the constructor that a record's <c>with</c> calls, which is none for a reader.</summary>
    [Fact]
    public void A_member_called_as_a_records_copy_is_a_member_all_the_same()
    {
        var sent = new LooksCopied(1, new LooksCopied(2, null));

        Assert.Equal(sent, Wire.Pass(sent));
        Assert.Null(Wire.Pass(new Chain(new Chain(null))).Next?.Next);
    }

    [Fact]
    public void A_value_that_holds_itself_is_refused_before_it_overflows_the_stack()
    {
        var children = new Tree[1];
        children[0] = new Tree(1, children);

        var message = Assert.Throws<InvalidOperationException>(() => Wire.Write(children[0])).Message;

        Assert.Contains("holds itself", message, StringComparison.Ordinal);
    }

    /// <summary>An array and its element are two levels, so sixteen trees are 32.</summary>
    [Fact]
    public void What_can_be_written_can_be_read_down_to_the_last_level()
    {
        var deepest = new Tree(1, null!);
        for (var levels = 1; levels < 16; levels++)
        {
            deepest = new Tree(levels + 1, [deepest]);
        }

        Assert.Equal(16, Wire.Pass(deepest).Value);
        Assert.Throws<InvalidOperationException>(() => Wire.Write<Tree[][]>([[deepest]]));
    }

    [Fact]
    public void Closed_generic_types_arrive()
    {
        Assert.Equal(["a"], Wire.Pass(new Page<string>(["a"], null)).Items);
        Assert.Equal(7, Wire.Pass(new Page<int>([], 7)).First);
        Assert.Equal("x", Wire.Pass(new Page<Positional>([new("x")], null)).Items[0].Name);
    }

    [Fact]
    public void Numbers_may_be_large_and_few()
    {
        var many = new Many { Short = 1, Long = 2, Far = 3 };

        Assert.Equal(many, Wire.Pass(many));
        Assert.Equal(new Empty(), Wire.Pass(new Empty()));
    }
}
