using System.Collections.Immutable;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Credentials;

/// <summary>Where credentials may be used from: one of these networks. There is at least one.</summary>
/// <param name="Networks">1 to <see cref="NetworksMax"/>.</param>
public sealed record AddressList(ImmutableArray<AddressNetwork> Networks)
{
    /// <summary>Most networks of a list.</summary>
    public const int NetworksMax = 64;

    /// <summary>The list of these networks; null when there is none, which allows every address.</summary>
    public static AddressList? Of(ImmutableArray<AddressNetwork> networks) =>
        networks.IsEmpty ? null : new AddressList(networks);

    /// <param name="address">As one number, IPv4 as IPv6 maps it; 0 is no address, and never allowed.</param>
    public bool Allows(UInt128 address)
    {
        if (address == UInt128.Zero)
        {
            return false;
        }

        foreach (var network in Networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Every mistake in a list, one sentence each; none when it may be used.</summary>
    /// <param name="networks">As read; one that could not be read has fewer than 0 bits.</param>
    /// <param name="place">How the list is called where it is written.</param>
    public static IEnumerable<string> MistakesIn(ImmutableArray<AddressNetwork> networks, string place)
    {
        if (networks.Length > NetworksMax)
        {
            yield return $"{place}: {networks.Length} entries are too many; {NetworksMax} is the most.";
        }

        if (networks.Any(static network => network.Bits is < 0 or > 128))
        {
            yield return $"{place}: must be networks, such as 10.0.0.0/8 or 2001:db8::/32.";
        }
    }

    public bool Equals(AddressList? other) => other is not null && Networks.SequenceEqual(other.Networks);

    public override int GetHashCode() => Networks.Length;
}
