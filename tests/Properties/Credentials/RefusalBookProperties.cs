using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Credentials;
using Xunit;

namespace Sluice.Properties.Credentials;

/// <summary>What holds of refused credentials, however many networks they come from.</summary>
public sealed class RefusalBookProperties
{
    private static readonly Gen<(int Network, CredentialRefusal Kind)[]> Refusals =
        (from network in Gen.Choose(1, 8)
         from kind in Gen.Elements(Enum.GetValues<CredentialRefusal>())
         select (network, kind)).ArrayOf();

    [Fact]
    public void Every_refusal_is_counted_once_however_the_counts_are_taken() =>
        Law.Holds(Gen.Choose(1, 9).Zip(Gen.Choose(1, 4)), Refusals, (sizes, refusals) =>
        {
            var book = new RefusalBook(sizes.Item1);
            var taken = new List<RefusedCredentials>();
            for (var i = 0; i < refusals.Length; i++)
            {
                book.Add(Prefix(refusals[i].Network), refusals[i].Kind, clientId: null);
                if (i % 7 == 6)
                {
                    taken.AddRange(book.Take(sizes.Item2));
                }
            }

            while (!book.IsEmpty)
            {
                taken.AddRange(book.Take(sizes.Item2));
            }

            foreach (var kind in Enum.GetValues<CredentialRefusal>())
            {
                Assert.Equal(
                    refusals.Count(one => one.Kind == kind),
                    taken.Sum(page => page.Counts.GetValueOrDefault(kind)));
            }

            Assert.All(taken, page => Assert.All(page.Counts.Values, count => Assert.True(count > 0)));
        });

    [Fact]
    public void What_is_said_of_a_network_is_of_it_alone() => Law.Holds(Gen.Choose(1, 9), Refusals, (most, refusals) =>
    {
        var book = new RefusalBook(most);
        foreach (var (network, kind) in refusals)
        {
            book.Add(Prefix(network), kind, $"client-{network}");
        }

        var pages = book.Take(int.MaxValue);

        Assert.True(pages.Length <= most + 1);
        foreach (var page in pages.Where(page => page.Prefix != RefusalBook.Others))
        {
            var network = (int)(page.Prefix.Bits >> 64);
            Assert.Equal([$"client-{network}"], page.Clients);
            Assert.Equal(refusals.Count(one => one.Network == network), page.Counts.Values.Sum());
        }

        Assert.All(pages, page => Assert.InRange(page.Clients.Length, 1, RefusalBook.ClientsMax));
    });

    private static AddressPrefix Prefix(int network) => new((UInt128)network << 64);
}
