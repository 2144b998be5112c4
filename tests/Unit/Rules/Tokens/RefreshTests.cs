using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Rules.Tokens;

public sealed class RefreshTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    private RefreshFamily _family = new("0123456789abcdef", Start.AddHours(24)) { RotatedAt = Start };

    [Fact]
    public void A_token_reads_back_and_names_its_grain_and_family()
    {
        var token = RefreshText.Make(Key, TestKeys.ClientId, "0123456789abcdef", 238_327);
        var text = token.Format();

        Assert.Matches($"^{RefreshText.Pattern}$", text);
        Assert.True(RefreshText.TryParse(text, out var read));
        Assert.Equal(token, read);
        Assert.True(read.IsMadeWith(Key));
        Assert.DoesNotContain(token.Proof, token.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_number_client_family_or_key_has_another_proof()
    {
        var token = RefreshText.Make(Key, TestKeys.ClientId, "0123456789abcdef", 1);

        Assert.False((token with { Number = 2 }).IsMadeWith(Key));
        Assert.False((token with { ClientId = "0123456789Ab" }).IsMadeWith(Key));
        Assert.False((token with { FamilyId = "0123456789abcdeF" }).IsMadeWith(Key));
        Assert.False(token.IsMadeWith(new byte[32]));
    }

    [Fact]
    public void A_mistyped_token_is_none()
    {
        var text = RefreshText.Make(Key, TestKeys.ClientId, "0123456789abcdef", 1).Format();

        for (var i = 0; i < text.Length; i++)
        {
            Assert.False(RefreshText.TryParse(text[..i] + (text[i] == 'x' ? 'y' : 'x') + text[(i + 1)..], out _));
        }

        Assert.False(RefreshText.TryParse("", out _));
        Assert.False(RefreshText.TryParse(text + "0", out _));
    }

    [Fact]
    public void Each_token_is_good_once_and_the_next_one_then()
    {
        Assert.Equal(RefreshAnswer.Rotated, Present(1, Start));
        Assert.Equal(RefreshAnswer.Rotated, Present(2, Start.AddHours(1)));
        Assert.Equal(3, _family.Number);
    }

    /// <summary>Guards a client whose answer was lost: it asks again, and must not lose its sign-in for it.</summary>
    [Fact]
    public void The_one_before_the_newest_gets_the_newest_again_for_a_while()
    {
        Present(1, Start);

        Assert.Equal(RefreshAnswer.Replayed, Present(1, Start + RefreshFamily.Grace - TimeSpan.FromTicks(1)));
        Assert.Equal(2, _family.Number);
        Assert.Equal(RefreshAnswer.Rotated, Present(2, Start.AddHours(1)));
    }

    [Fact]
    public void After_the_while_it_is_somebody_elses_and_the_family_is_over()
    {
        Present(1, Start);

        Assert.Equal(RefreshAnswer.Reused, Present(1, Start + RefreshFamily.Grace));
        Assert.Equal(RefreshAnswer.Ended, Present(2, Start + RefreshFamily.Grace));
    }

    /// <summary>Guards against grace for any token but the immediate predecessor.</summary>
    [Fact]
    public void Once_the_newest_was_used_an_older_one_ends_the_family_at_once()
    {
        Present(1, Start);
        Present(2, Start);

        Assert.Equal(RefreshAnswer.Reused, Present(1, Start));
        Assert.False(_family.IsLive(Start));
    }

    [Fact]
    public void Renewing_does_not_prolong()
    {
        Present(1, Start.AddHours(23));

        Assert.Equal(RefreshAnswer.Rotated, Present(2, Start.AddHours(24).AddTicks(-1)));
        Assert.Equal(RefreshAnswer.Expired, Present(3, Start.AddHours(24)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(2)]
    public void A_token_that_was_never_made_changes_nothing(int number)
    {
        Assert.Equal(RefreshAnswer.Unknown, Present(number, Start));
        Assert.Equal(RefreshAnswer.Rotated, Present(1, Start));
    }

    [Fact]
    public void Ending_a_family_again_keeps_the_first_time()
    {
        var ended = _family.End(Start);

        Assert.Same(ended, ended.End(Start.AddHours(1)));
    }

    private RefreshAnswer Present(int number, DateTimeOffset now) => _family.Present(number, now, out _family);
}
