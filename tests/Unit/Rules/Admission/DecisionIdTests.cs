using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Admission;

public sealed class DecisionIdTests
{
    private static readonly DecisionId Id = new("0123456789Ab", new RequestId(7, 62));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(61, 62)]
    [InlineData(1, 238_328)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void What_is_written_is_read_again(long session, long sequence)
    {
        var id = new DecisionId("zzzzzzzzzzzz", new RequestId(session, sequence));

        Assert.True(DecisionId.TryParse(id.ToString(), out var read));

        Assert.Equal(id, read);
        Assert.Matches("^dec_[0-9A-Za-z_]{20,50}$", id.ToString());
    }

    [Fact]
    public void It_names_client_session_and_sequence_in_base_62_and_a_checksum() =>
        Assert.Matches("^dec_0123456789Ab_7_10_[0-9A-Za-z]{6}$", Id.ToString());

    /// <summary>Guards operators who copy an id by hand: another decision's numbers would mislead them.</summary>
    [Fact]
    public void One_character_that_was_changed_or_lost_is_noticed()
    {
        var text = Id.ToString();
        for (var i = 0; i < text.Length; i++)
        {
            var other = text[i] == 'x' ? 'y' : 'x';
            Assert.False(DecisionId.TryParse($"{text[..i]}{other}{text[(i + 1)..]}", out _));
            Assert.False(DecisionId.TryParse($"{text[..i]}{text[(i + 1)..]}", out _));
        }
    }

    /// <summary>Guards against two texts for one decision, and numbers that no edge gives out.</summary>
    [Theory]
    [InlineData("dec_0123456789Ab_07_10_")]
    [InlineData("dec_0123456789Ab_0_10_")]
    [InlineData("dec_0123456789Ab_7__")]
    [InlineData("dec_0123456789Ab_7_")]
    [InlineData("dec_0123456789Ab_7_10_1_")]
    [InlineData("dec_0123456789A_7_10_")]
    [InlineData("dec_0123456789A-_7_10_")]
    [InlineData("dec_0123456789Ab_zzzzzzzzzzz_10_")]
    [InlineData("req_0123456789Ab_7_10_")]
    [InlineData("")]
    public void What_has_a_right_checksum_and_another_form_is_none(string body)
    {
        var checksum = Sluice.Rules.Keys.Base62.Encode(Sluice.Rules.Keys.Crc32.Of(body), 6);

        Assert.False(DecisionId.TryParse(body + checksum, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("dec_")]
    [InlineData("dec_0123456789Ab_7_10_ééééé1")]
    public void Any_other_text_is_none(string text) => Assert.False(DecisionId.TryParse(text, out _));
}
