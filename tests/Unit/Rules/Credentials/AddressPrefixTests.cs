using System.Net;
using Sluice.Edge.Calls;
using Sluice.Rules.Credentials;
using Xunit;

namespace Sluice.Unit.Rules.Credentials;

public sealed class AddressPrefixTests
{
    [Theory]
    [InlineData("203.0.113.77", "203.0.113.0/24")]
    [InlineData("::ffff:203.0.113.77", "203.0.113.0/24")]
    [InlineData("255.255.255.255", "255.255.255.0/24")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8::1", "2001:db8::/64")]
    [InlineData("2001:0:0:9::1", "2001:0:0:9::/64")]
    [InlineData("fe80::1", "fe80::/64")]
    [InlineData("::1", "unknown")]
    public void A_network_is_written_as_operators_know_it(string address, string network) =>
        Assert.Equal(
            (network, network),
            (AddressPrefix.Of(AddressBits.Of(IPAddress.Parse(address))).ToString(),
                AddressPrefix.OfBytes(IPAddress.Parse(address).GetAddressBytes()).ToString()));

    [Fact]
    public void No_address_is_unknown() => Assert.Equal("unknown", AddressPrefix.Of(AddressBits.Of(null)).ToString());

    /// <summary>Guards against a text that nobody else can read: what is written is a network that parses.</summary>
    [Fact]
    public void Every_network_reads_back_as_one()
    {
        var random = new Random(7);
        for (var i = 0; i < 1_000; i++)
        {
            var bytes = new byte[16];
            random.NextBytes(bytes.AsSpan(0, random.Next(1, 16)));
            var address = new IPAddress(bytes);
            var prefix = AddressPrefix.Of(AddressBits.Of(address));
            if (prefix.Bits != 0)
            {
                var network = IPNetwork.Parse(prefix.ToString());
                Assert.Equal(prefix.Bits, AddressBits.Of(network.BaseAddress));
                Assert.True(network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));
            }
        }
    }
}
