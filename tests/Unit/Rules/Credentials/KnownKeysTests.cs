using System.Security.Cryptography;
using Sluice.Rules.Credentials;
using Xunit;

namespace Sluice.Unit.Rules.Credentials;

public sealed class KnownKeysTests
{
    private const int HalfMax = 4;
    private readonly KnownKeys _known = new(HalfMax);

    [Fact]
    public void A_key_is_known_by_client_version_and_all_of_its_secret()
    {
        var digest = SHA256.HashData([1]);
        _known.Add("a", 1, digest);
        byte[] end = [.. digest[..31], (byte)(digest[31] ^ 1)];
        byte[] start = [(byte)(digest[0] ^ 1), .. digest[1..]];

        Assert.True(_known.Contains("a", 1, digest));
        Assert.False(_known.Contains("b", 1, digest));
        Assert.False(_known.Contains("a", 2, digest));
        Assert.False(_known.Contains("a", 1, start));
        Assert.False(_known.Contains("a", 1, end));
    }

    [Fact]
    public void What_is_used_stays_known_and_memory_is_bounded()
    {
        var used = SHA256.HashData([1]);
        for (var i = 0; i < 100; i++)
        {
            _known.Add("a", 1, used);
            _known.Add("b", i, used);
            Assert.True(_known.Contains("a", 1, used));
        }

        Assert.InRange(Enumerable.Range(0, 100).Count(i => _known.Contains("b", i, used)), 1, 2 * HalfMax);
    }

    [Fact]
    public void A_full_half_forgets_nothing_that_is_in_the_other_one()
    {
        var digest = SHA256.HashData([1]);
        for (var i = 0; i <= HalfMax; i++)
        {
            _known.Add("a", i, digest);
        }

        Assert.All(Enumerable.Range(0, HalfMax + 1), i => Assert.True(_known.Contains("a", i, digest)));
    }
}
