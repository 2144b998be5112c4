using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Estimates;
using Xunit;

namespace Sluice.Properties.Estimates;

/// <summary>The bounds of a text, held against tokenizers that really cut it.</summary>
public sealed class TextTallyProperties
{
    private const string Small = "abcdefghijklmnopqrstuvwxyz";
    private const string Marks = ".,;:!?()[]{}<>/\\|\"'`~@#$%^&*-_=+";
    private const string Han = "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而";

    /// <summary>Runs of one kind, as texts have: words, numbers, marks, blanks, Chinese, anything.</summary>
    private static readonly Gen<string> Runs =
        from kind in Gen.Choose(0, 9)
        from length in Draw.Mostly(1, 8, 40)
        from run in Gen.ArrayOf(CharacterOf(kind), length)
        select string.Concat(run);

    private static readonly Gen<string> Texts =
        from size in Draw.Mostly(0, 3, 20)
        from runs in Gen.ArrayOf(Runs, size)
        select string.Concat(runs);

    [Fact]
    public void No_vocabulary_makes_more_tokens_of_a_text_than_its_bytes() => Law.Holds(
        from text in Texts
        from seed in Gen.Choose(0, int.MaxValue)
        select (text, seed),
        drawn =>
        {
            var tokens = PairTokenizer.Random(new Random(drawn.seed)).Count(drawn.text);

            Assert.InRange(tokens, 0, Tally(drawn.text).Tokens(TextBound.Bytes));
        },
        tests: 500);

    /// <summary>
    /// With the least that vocabularies in use have: words with the blank before them, pairs of letters, blanks in
    /// eights.
    /// </summary>
    [Fact]
    public void The_upper_bound_is_above_what_a_poor_vocabulary_makes_of_a_text() => Law.Holds(
        Texts.Where(text => text.EnumerateRunes().All(rune => rune.Value < 0x80)),
        text => Assert.InRange(PoorTokenizer.Count(text), 0, Tally(text).Upper));

    [Fact]
    public void The_upper_bound_is_never_above_the_bytes() => Law.Holds(
        Texts, text => Assert.InRange(Tally(text).Upper, 0, Encoding.UTF8.GetByteCount(text)));

    [Fact]
    public void A_longer_text_never_costs_less() => Law.Holds(
        from text in Texts
        from more in Runs
        select (text, more),
        drawn => Assert.InRange(
            Tally(drawn.text + drawn.more).Upper, Tally(drawn.text).Upper, long.MaxValue));

    [Fact]
    public void Two_texts_cost_what_each_of_them_does() => Law.Holds(
        from first in Texts
        from second in Texts
        select (first, second),
        drawn =>
        {
            var both = Tally(drawn.first);
            both.EndText();
            both.Add(Encoding.UTF8.GetBytes(drawn.second));

            Assert.Equal(Tally(drawn.first).Upper + Tally(drawn.second).Upper, both.Upper);
        });

    private static Gen<string> CharacterOf(int kind) => kind switch
    {
        0 or 1 => Of(Small),
        2 => Of(Small.ToUpperInvariant()),
        3 => Of("0123456789"),
        4 => Of(Marks),
        5 => Of(" "),
        6 => Of(" \n\t\r"),
        7 => Of(Han),
        8 => Gen.Choose(0x20, 0x7E).Select(code => ((char)code).ToString()),
        _ => Gen.Choose(0x80, 0x10FFFF).Where(code => code is < 0xD800 or > 0xDFFF).Select(char.ConvertFromUtf32),
    };

    private static Gen<string> Of(string characters) =>
        Gen.Elements(characters.Select(character => character.ToString()).ToArray());

    private static TextTally Tally(string text)
    {
        var tally = default(TextTally);
        tally.Add(Encoding.UTF8.GetBytes(text));
        return tally;
    }
}
