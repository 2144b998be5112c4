using System.Buffers.Binary;
using System.Globalization;

namespace Sluice.Rules.Credentials;

/// <summary>
/// The network that an address is of: /24 of IPv4, /64 of IPv6. Whoever has one address of it has most likely all, so
/// wrong credentials are counted by it. It also says less about a person than the address does.
/// </summary>
/// <param name="Bits">
/// The network's first address as one number, IPv4 as IPv6 maps it; 0 for no address, and the machine itself by IPv6.
/// </param>
public readonly record struct AddressPrefix(UInt128 Bits)
{
    private const int HostBitsOfIPv4 = 8;
    private const int HostBitsOfIPv6 = 64;

    private static readonly UInt128 Mapped = new(0, 0xFFFF_0000_0000);

    /// <summary>The network of an address; 0, no address, is a network of its own.</summary>
    public static AddressPrefix Of(UInt128 address)
    {
        var hostBits = address >> 32 == Mapped >> 32 ? HostBitsOfIPv4 : HostBitsOfIPv6;
        return new AddressPrefix(address >> hostBits << hostBits);
    }

    /// <param name="bytes">4 of IPv4 or 16 of IPv6, the highest first; none for no address.</param>
    public static AddressPrefix OfBytes(ReadOnlySpan<byte> bytes) => Of(NumberOf(bytes));

    /// <summary>An address as one number, IPv4 as IPv6 maps it; 0 for no address.</summary>
    /// <inheritdoc cref="OfBytes" path="/param"/>
    public static UInt128 NumberOf(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        4 => Mapped | BinaryPrimitives.ReadUInt32BigEndian(bytes),
        16 => BinaryPrimitives.ReadUInt128BigEndian(bytes),
        _ => UInt128.Zero,
    };

    /// <summary>As <c>203.0.113.0/24</c> or <c>2001:db8:1::/64</c> (RFC 5952); <c>unknown</c> for 0.</summary>
    public override string ToString()
    {
        if (Bits == UInt128.Zero)
        {
            return "unknown";
        }

        if (Bits >> 32 == Mapped >> 32)
        {
            var number = (uint)Bits;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{number >> 24}.{(number >> 16) & 255}.{(number >> 8) & 255}.{number & 255}/24");
        }

        // Four groups at most, then zeros: the longest run of zeros is always at the end.
        var high = (ulong)(Bits >> 64);
        var groups = Enumerable.Range(0, 4).Select(index => (ushort)(high >> (48 - 16 * index))).ToList();
        var used = groups.FindLastIndex(group => group != 0) + 1;
        return string.Join(':', groups.Take(used).Select(group => group.ToString("x", CultureInfo.InvariantCulture)))
            + "::/64";
    }
}
