using System.Net;
using Sluice.Edge.Calls;
using Xunit;

namespace Sluice.Unit.Edge.Calls;

public sealed class AddressBitsTests
{
    [Theory]
    [InlineData("10.1.2.3", "ffff0a010203")]
    [InlineData("::ffff:10.1.2.3", "ffff0a010203")]
    [InlineData("2001:db8::1", "20010db8000000000000000000000001")]
    [InlineData("fe80::1%3", "fe800000000000000000000000000001")]
    public void An_address_is_a_number_whichever_way_it_arrived(string address, string expected) =>
        Assert.Equal(
            UInt128.Parse(expected, System.Globalization.NumberStyles.HexNumber),
            AddressBits.Of(IPAddress.Parse(address)));

    [Fact]
    public void No_address_is_not_one() => Assert.Equal(UInt128.Zero, AddressBits.Of(null));
}
