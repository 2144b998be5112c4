using System.Security.Cryptography;
using System.Text;
using Sluice.Rules.Keys;
using Sluice.Silo.Security;
using Xunit;

namespace Sluice.Unit.Silo.Security;

public sealed class NewKeyTests
{
    [Fact]
    public void The_text_of_a_new_key_is_one_that_an_edge_reads()
    {
        var key = NewKey.Make();

        var fault = KeyText.TryParse(key.TextFor("live", "0123456789Ab", 7), out var read);

        Assert.Equal(KeyTextFault.None, fault);
        Assert.Equal(new KeyText("live", "0123456789Ab", 7, key.Secret), read);
        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(read.Secret)), key.Digest);
    }

    [Fact]
    public void No_two_new_keys_are_the_same() =>
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => NewKey.Make().Secret).Distinct().Count());

    /// <summary>Guards logs: a record shows its members unless it is told not to.</summary>
    [Fact]
    public void A_new_key_that_is_logged_by_mistake_shows_nothing()
    {
        var key = NewKey.Make();

        Assert.Equal("NewKey { … }", key.ToString());
        Assert.DoesNotContain(key.Secret, $"{key}", StringComparison.Ordinal);
    }
}
