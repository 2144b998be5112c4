using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Credentials;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Credentials;

/// <summary>Networks judged by their bits, and by their bits as text beside it.</summary>
public sealed class AddressListProperties
{
    /// <summary>Close to each other, so that networks hold some of them and not others.</summary>
    private static readonly Gen<byte[]> Addresses =
        from isV4 in Gen.Elements(true, false)
        from low in Gen.Choose(0, 7)
        from high in Gen.Choose(0, 3)
        from middle in Gen.Elements<byte>(0, 1, 128, 255)
        select isV4
            ? new byte[] { (byte)(8 + high), middle, 0, (byte)low }
            : [0x20, 1, 0xd, 0xb8, (byte)high, middle, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)low];

    private static readonly Gen<(byte[] Bytes, int Bits)> Networks =
        from bytes in Addresses
        from bits in Gen.Choose(0, 8 * bytes.Length)
        select (Masked(bytes, bits), bits);

    [Fact]
    public void An_address_is_allowed_where_one_of_the_networks_has_it() =>
        Law.Holds(Networks.ArrayOf().Where(networks => networks.Length > 0).Zip(Addresses), drawn =>
        {
            var (networks, address) = drawn;
            var list = AddressList.Of(networks.Select(Ours).ToImmutableArray())!;

            var expected = networks.Any(network =>
                TextOf(address).StartsWith(TextOf(network.Bytes)[..BitsOf(network)], StringComparison.Ordinal));
            Assert.Equal(expected, list.Allows(AddressPrefix.NumberOf(address)));
        });

    [Fact]
    public void No_address_is_allowed_nowhere() => Law.Holds(Networks.ArrayOf(), networks =>
        Assert.True(AddressList.Of(networks.Select(Ours).ToImmutableArray())?.Allows(UInt128.Zero) is not true));

    [Fact]
    public void No_list_is_no_bound() => Assert.Null(AddressList.Of([]));

    [Fact]
    public void Every_mistake_of_a_list_is_named()
    {
        ImmutableArray<AddressNetwork> many =
            [.. Enumerable.Repeat(new AddressNetwork(1, 128), AddressList.NetworksMax), new AddressNetwork(0, -1)];

        Assert.Equal(2, AddressList.MistakesIn(many, "allowedAddresses").Count());
        Assert.Empty(AddressList.MistakesIn(many[..^1], "allowedAddresses"));
    }

    private static AddressNetwork Ours((byte[] Bytes, int Bits) network) =>
        new(AddressPrefix.NumberOf(network.Bytes), BitsOf(network));

    /// <summary>Its 128 bits, of IPv4 as IPv6 maps it: a network of half of IPv6 has what it maps there.</summary>
    private static string TextOf(byte[] bytes) => string.Concat(
        new IPAddress(bytes).MapToIPv6().GetAddressBytes().Select(one => Convert.ToString(one, 2).PadLeft(8, '0')));

    private static int BitsOf((byte[] Bytes, int Bits) network) =>
        network.Bits + (network.Bytes.Length == 4 ? 96 : 0);

    private static byte[] Masked(byte[] bytes, int bits)
    {
        var number = AddressPrefix.NumberOf(bytes);
        var host = 8 * bytes.Length - bits;
        number = host == 128 ? 0 : number >> host << host;
        var all = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(all, number);
        return all[^bytes.Length..];
    }
}
