using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Sluice.Edge.Calls;

/// <summary>An address as one number, an IPv4 address as IPv6 maps it. Nothing is allocated for it.</summary>
internal static class AddressBits
{
    private const ulong Mapped = 0xFFFF_0000_0000;

    /// <summary>As people write it; <c>unknown</c> for 0.</summary>
    public static string Text(UInt128 address)
    {
        if (address == UInt128.Zero)
        {
            return "unknown";
        }

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        var full = new IPAddress(bytes);
        return (full.IsIPv4MappedToIPv6 ? full.MapToIPv4() : full).ToString();
    }

    /// <summary>The number; 0 when there is no address, as over a Unix socket.</summary>
    public static UInt128 Of(IPAddress? address)
    {
        if (address is null)
        {
            return UInt128.Zero;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily is AddressFamily.InterNetwork
            ? new UInt128(0, Mapped | BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
