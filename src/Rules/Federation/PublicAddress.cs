using System.Buffers.Binary;

namespace Sluice.Rules.Federation;

/// <summary>
/// Which addresses of the internet protocol are public: the rest is our own network, this machine, or nobody's. An
/// address that somebody else's document names could otherwise make us ask what only we can reach.
/// </summary>
public static class PublicAddress
{
    // IANA's registry of special-purpose IPv4 addresses, multicast and the reserved rest.
    private static readonly (uint Network, int Bits)[] Special4 =
    [
        (0x00000000, 8), (0x0A000000, 8), (0x64400000, 10), (0x7F000000, 8), (0xA9FE0000, 16), (0xAC100000, 12),
        (0xC0000000, 24), (0xC0000200, 24), (0xC0586300, 24), (0xC0A80000, 16), (0xC6120000, 15), (0xC6336400, 24),
        (0xCB007100, 24), (0xE0000000, 4), (0xF0000000, 4),
    ];

    // Of what is assigned at all in IPv6: protocol assignments with Teredo, documentation, and 6to4, which would carry
    // any IPv4 address.
    private static readonly (UInt128 Network, int Bits)[] Special6 =
    [
        (Of(0x20010000), 23), (Of(0x20010DB8), 32), (Of(0x20020000), 16), (Of(0x3FFF0000), 20),
    ];

    private static readonly (UInt128 Network, int Bits) Global6 = (Of(0x20000000), 3);
    private static readonly (UInt128 Network, int Bits) Mapped4 = ((UInt128)0xFFFF << 32, 96);

    /// <param name="address">4 or 16 bytes, highest first; of any other length it is not public.</param>
    public static bool IsPublic(ReadOnlySpan<byte> address)
    {
        if (address.Length == 4)
        {
            return IsPublic4(BinaryPrimitives.ReadUInt32BigEndian(address));
        }

        if (address.Length != 16)
        {
            return false;
        }

        var bits = BinaryPrimitives.ReadUInt128BigEndian(address);
        return IsIn(bits, Mapped4)
            ? IsPublic4((uint)bits)
            : IsIn(bits, Global6) && !Special6.Any(network => IsIn(bits, network));
    }

    private static bool IsPublic4(uint address) =>
        !Special4.Any(network => (address ^ network.Network) >> (32 - network.Bits) == 0);

    private static bool IsIn(UInt128 address, (UInt128 Network, int Bits) network) =>
        (address ^ network.Network) >> (128 - network.Bits) == UInt128.Zero;

    private static UInt128 Of(uint first) => (UInt128)first << 96;
}
