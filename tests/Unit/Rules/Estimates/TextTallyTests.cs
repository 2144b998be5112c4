using System.Text;
using System.Text.Json;
using Sluice.Rules.Estimates;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Rules.Estimates;

/// <summary>
/// The bound of a text against what two real vocabularies make of it: prose in thirteen languages, code,
/// tables, encoded data, random strings. The counts in text-tokens.json are theirs, made once by an implementation that
/// agreed with 185 published encodings.
/// </summary>
public sealed class TextTallyTests
{
    private static readonly Vector[] Vectors = JsonSerializer.Deserialize<Vector[]>(
        File.ReadAllBytes(Path.Combine(RepositoryRoot.Path, "tests", "Unit", "Rules", "Estimates", "text-tokens.json")),
        JsonSerializerOptions.Web)!;

    private sealed record Vector(string Name, string Text, long Cl100k, long O200k)
    {
        public long Real => Math.Max(Cl100k, O200k);
    }

    [Fact]
    public void The_bound_is_never_below_what_real_vocabularies_make_of_a_text()
    {
        Assert.Equal(269, Vectors.Length);
        Assert.All(Vectors, vector => Assert.True(
            Tally(vector.Text).Upper >= vector.Real, $"{vector.Name}: {vector.Real} tokens of: {vector.Text}"));
    }

    /// <summary>A bound of bytes would hold too. This one is worth having because it is smaller.</summary>
    [Theory]
    [InlineData("en", 3)]
    [InlineData("zh", 2)]
    [InlineData("zhClassic", 2)]
    [InlineData("code", 3)]
    [InlineData("json", 4)]
    [InlineData("uuid", 2)]
    public void The_bound_is_useful_for_what_people_send(string name, int times)
    {
        var vector = Vectors.Single(vector => vector.Name == name);

        Assert.InRange(Tally(vector.Text).Upper, vector.Real, vector.Real * times);
    }

    [Fact]
    public void The_bound_is_never_above_the_bytes() => Assert.All(
        Vectors, vector => Assert.InRange(Tally(vector.Text).Upper, 0, Encoding.UTF8.GetByteCount(vector.Text)));

    [Fact]
    public void The_bytes_are_a_bound_that_can_be_chosen()
    {
        var tally = Tally("中文 and more");

        Assert.Equal(15, tally.Tokens(TextBound.Bytes));
        Assert.Equal(tally.Upper, tally.Tokens(TextBound.Upper));
    }

    [Fact]
    public void Where_a_text_is_cut_into_pieces_changes_nothing() => Assert.All(Vectors, vector =>
    {
        var pieces = default(TextTally);
        foreach (var rune in vector.Text.EnumerateRunes())
        {
            pieces.Add(Encoding.UTF8.GetBytes(rune.ToString()));
        }

        Assert.Equal((Tally(vector.Text).Upper, Tally(vector.Text).Bytes), (pieces.Upper, pieces.Bytes));
    });

    [Fact]
    public void Texts_are_counted_one_by_one()
    {
        var tally = Tally("Hello");
        tally.EndText();
        tally.Add("Hello"u8);
        tally.EndText();

        Assert.Equal((2 * Tally("Hello").Upper, 10), (tally.Upper, tally.Bytes));
    }

    /// <summary>Each is what the comment of its weight says, so that a changed weight is a changed test.</summary>
    [Theory]
    [InlineData("", 0)]
    [InlineData("a", 1)]
    [InlineData("abcdefghijklmnopq", 1 + 9 + 3)]
    [InlineData("ABCDEFGHIJKLMNOPQ", 1 + 11 + 3)]
    [InlineData("abcDefgHijklmnopqrs", 3 + 9 + 3)]
    [InlineData("abcdefghi jklmnopqr", 2 + 9 + 3)]
    [InlineData("a b c d e f g h", 8 + 3)]
    [InlineData("a,b,c,d,e,f,g,h", 15)]
    [InlineData("abcdefghi\njklmnopqr", 2 + 1 + 9 + 3)]
    [InlineData("2026-11-21T15:26:45Z", 20)]
    [InlineData("                                 ", 1 + 4 + 3)]
    [InlineData("床前明月光，疑是地上霜。", 10 * 28 / 16 + 1 + 3 + 3)]
    [InlineData("Ёлки-палки!", 9 * 24 / 16 + 1 + 2 + 3)]
    [InlineData("👍🎉", 8)]
    public void A_text_counts_by_its_characters(string text, long upper) => Assert.Equal(upper, Tally(text).Upper);

    private static TextTally Tally(string text)
    {
        var tally = default(TextTally);
        tally.Add(Encoding.UTF8.GetBytes(text));
        return tally;
    }
}
