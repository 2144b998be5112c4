using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Credentials;
using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Properties.Credentials;

/// <summary>What holds of the names of calls, whenever they come and whoever judges.</summary>
public sealed class ReplayKeyProperties
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A nonce that is brought again and again, before and after its time, by clocks that differ.</summary>
    private static readonly Gen<(int Made, (int After, int Clock)[] Tries)> Histories =
        from made in Gen.Choose(-400, 400)
        from tries in (from after in Gen.Elements(0, 1, 30, 200, 301, 400, 1_000)
                       from clock in Gen.Choose(-25, 25)
                       select (after, clock)).ArrayOf()
        select (made, tries);

    [Fact]
    public void A_nonce_is_let_through_once_for_ever() => Law.Holds(Histories, drawn =>
    {
        var nonce = Guid.CreateVersion7(Begin.AddSeconds(drawn.Made)).ToString();
        var (now, names, passed) = (Begin, UsedNames.None, 0);
        for (var i = 0; i < drawn.Tries.Length; i++)
        {
            now = now.AddSeconds(drawn.Tries[i].After);
            var edge = now.AddSeconds(drawn.Tries[i].Clock);
            var text = i % 2 == 0 ? nonce : nonce.ToUpperInvariant();
            if (ReplayKey.TryRead(ReplayMode.Nonce, text, edge, out var key) is ReplayFault.None
                && names.UseDigest(key.Name, $"1-{i}", key.ExpiresAt, now, out names) is NameAnswer.First)
            {
                passed++;
            }
        }

        Assert.InRange(passed, 0, 1);
    });

    [Fact]
    public void A_nonce_of_now_is_let_through() => Law.Holds(Gen.Choose(-300, 300), seconds =>
    {
        var nonce = Guid.CreateVersion7(Begin.AddSeconds(seconds)).ToString();

        Assert.Equal(ReplayFault.None, ReplayKey.TryRead(ReplayMode.Nonce, nonce, Begin, out var key));
        Assert.Equal(Begin.AddSeconds(seconds + 300).ToUnixTimeSeconds(), key.ExpiresAt);
    });

    [Fact]
    public void Whatever_is_sent_is_a_name_or_a_fault() => Law.Holds(
        Gen.Elements("a", " ", "\u007f", "ö", "\n", "0190a6f0-", "7", "-", "~", "!").ArrayOf(), parts =>
        {
            var text = string.Concat(parts);
            var fault = ReplayKey.TryRead(ReplayMode.Key, text, Begin, out var key);

            var isVisible = text.Length is > 0 and <= ReplayKey.LengthMax && text.All(one => one is >= '!' and <= '~');
            Assert.Equal(isVisible, fault is ReplayFault.None);
            Assert.Equal(isVisible ? text : null, key.Name);
            Assert.NotEqual(ReplayFault.None, ReplayKey.TryRead(ReplayMode.Nonce, text, Begin, out _));
        });

    [Theory]
    [InlineData("ffffffff-ffff-7fff-bfff-ffffffffffff", ReplayFault.Malformed)]
    [InlineData("00000000-0000-7000-8000-000000000000", ReplayFault.Stale)]
    [InlineData("01941f29-7c00-4000-8000-000000000000", ReplayFault.Malformed)]
    [InlineData("01941f297c0070008000000000000000", ReplayFault.Malformed)]
    [InlineData("{01941f29-7c00-7000-8000-00000000000}", ReplayFault.Malformed)]
    [InlineData("01941f29-7c00-7000-8000-00000000000g", ReplayFault.Malformed)]
    public void What_is_no_nonce_of_now_is_refused(string text, ReplayFault fault) =>
        Assert.Equal(fault, ReplayKey.TryRead(ReplayMode.Nonce, text, Begin, out _));
}
