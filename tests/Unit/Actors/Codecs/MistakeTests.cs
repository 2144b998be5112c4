using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Sluice.Actors.Codecs;
using Xunit;

namespace Sluice.Unit.Actors.Codecs;

/// <summary>A type that cannot travel is named at the start, with every reason, not at the first call.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Never made: only their types are looked at.")]
public sealed class MistakeTests
{
    internal interface IWorker : IGrainWithStringKey;

    internal sealed record Unmarked(int Count);

    [GenerateSerializer]
    internal sealed record WithoutIds(int Count)
    {
        [Id(1)] public string Name { get; init; } = "";

        public string? Note { get; init; }

        public int Computed => Count;
    }

    [GenerateSerializer]
    internal sealed record Twins([property: Id(2)] int Left, [property: Id(2)] int Right);

    [GenerateSerializer]
    internal sealed record TooFar([property: Id(uint.MaxValue)] int Number);

    [GenerateSerializer]
    internal sealed class Closed
    {
        public Closed(string other) => Name = other;

        [Id(0)] public string Name { get; }
    }

    [GenerateSerializer]
    internal sealed class WriteOnly
    {
        [NonSerialized] private int _count;

        [Id(0)] public int Count { set => _count = value; }

        public int Read() => _count;
    }

    [GenerateSerializer]
    internal abstract record Shape([property: Id(0)] int Size);

    [GenerateSerializer]
    internal sealed record Drawing(
        [property: Id(0)] Shape[] Shapes,
        [property: Id(1)] object Anything,
        [property: Id(2)] Dictionary<string, IWorker> Workers,
        [property: Id(3)] Action Redraw,
        [property: Id(4)] ImmutableSortedSet<Unmarked> Sorted,
        [property: Id(5)] int[,] Grid,
        [property: Id(6)] IReadOnlyList<int> Numbers,
        [property: Id(7)] object Other,
        [property: Id(8)] CancellationToken Cancellation);

    [GenerateSerializer]
    internal sealed record Endless<T>([property: Id(0)] Endless<List<T>>? Next);

    [GenerateSerializer]
    internal sealed record Loop([property: Id(0)] Loop? Next, [property: Id(1)] Unmarked? Bad);

    [Fact]
    public void A_type_without_numbers_is_named_with_what_to_do() =>
        Assert.Equal(
            [
                "IWorker.Do takes it: Sluice.Unit.Actors.Codecs.MistakeTests+Unmarked has no [GenerateSerializer]: "
                + "mark it so and number its members with [Id], or use a type that is known.",
            ],
            CodecCatalog.Mistakes(typeof(Unmarked), "IWorker.Do takes it"));

    [Fact]
    public void Every_member_without_a_number_is_named() => Named(
        typeof(WithoutIds),
        "WithoutIds, Count has no [Id] and would be lost",
        "WithoutIds, Note has no [Id] and would be lost");

    [Fact]
    public void Numbers_that_clash_or_do_not_fit_are_named()
    {
        Named(typeof(Twins), "Left and Right have the same [Id(2)]");
        Named(typeof(TooFar), "Number has [Id(4294967295)]: 536870911 is the most");
    }

    [Fact]
    public void A_type_that_cannot_be_put_together_or_taken_apart_is_named()
    {
        Named(typeof(Closed), "it cannot be put together");
        Named(typeof(WriteOnly), "Count has an [Id] and cannot be read");
    }

    [Fact]
    public void Every_member_that_cannot_travel_is_named_with_its_place() => Named(
        typeof(Drawing),
        "Drawing.Shapes: Sluice.Unit.Actors.Codecs.MistakeTests+Shape can be many types",
        "Drawing.Anything: System.Object can be many types",
        "Drawing.Workers: Sluice.Unit.Actors.Codecs.MistakeTests+IWorker is a reference to a grain",
        "Drawing.Redraw: System.Action is code",
        "Drawing.Sorted: ImmutableSortedSet<Sluice.Unit.Actors.Codecs.MistakeTests+Unmarked> sorts",
        "Drawing.Grid: System.Int32[,] is an array of more than one dimension",
        "Drawing.Numbers: IReadOnlyList<System.Int32> can be many types",
        "Drawing.Other: System.Object can be many types",
        "Drawing.Cancellation: System.Threading.CancellationToken travels as an argument of its own");

    [Fact]
    public void Types_without_an_end_are_named()
    {
        Named(typeof(List<>), "List<T> is an open generic type");
        Named(typeof(Span<int>), "Span<System.Int32> points into memory");
        Named(typeof(int*), "points into memory");
        Named(typeof(Endless<int>), "nests generic types deeper than 16");
    }

    [Fact]
    public void A_mistake_is_found_behind_a_type_that_holds_itself_and_in_a_tuple()
    {
        Named(typeof(Loop), "Loop.Bad: ");
        Named(typeof((int, Unmarked)), "place: Sluice.Unit.Actors.Codecs.MistakeTests+Unmarked has no");
        Named(typeof(Unmarked[][]), "Unmarked has no");
    }

    [Fact]
    public void A_codec_that_cannot_be_is_refused_with_the_same_words()
    {
        var message = Assert.Throws<NotSupportedException>(CodecCatalog.Of<Twins>).Message;

        Assert.Contains("Left and Right have the same [Id(2)]", message, StringComparison.Ordinal);
    }

    private static void Named(Type type, params string[] expected)
    {
        var mistakes = CodecCatalog.Mistakes(type, "place").ToList();

        Assert.Equal(expected.Length, mistakes.Count);
        Assert.All(expected.Zip(mistakes), pair => Assert.Contains(pair.First, pair.Second, StringComparison.Ordinal));
        Assert.All(mistakes, mistake => Assert.StartsWith("place", mistake, StringComparison.Ordinal));
    }
}
