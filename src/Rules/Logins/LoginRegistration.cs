using System.Collections.Immutable;

namespace Sluice.Rules.Logins;

/// <summary>Lets people sign in as a client: which provider says who they are, and where they come back to.</summary>
/// <param name="Provider">A provider of the client's tenant.</param>
/// <param name="RedirectAddresses">The only addresses that anybody is sent back to.</param>
public sealed record LoginRegistration(string Provider, ImmutableArray<string> RedirectAddresses)
{
    /// <summary>Most redirect addresses of a client.</summary>
    public const int AddressesMax = 16;

    /// <summary>What is wrong with it, each in a sentence that begins with its place.</summary>
    public IEnumerable<string> Mistakes()
    {
        if (!Names.IsName(Provider))
        {
            yield return $"provider: '{Provider}' is not {Names.Rule}.";
        }

        if (RedirectAddresses.Length is 0 or > AddressesMax)
        {
            yield return $"redirectUris: there must be 1 to {AddressesMax}.";
        }

        foreach (var (index, address) in RedirectAddresses.Index())
        {
            if (!RedirectAddress.IsOne(address))
            {
                yield return $"redirectUris[{index}]: must be {RedirectAddress.Rule}.";
            }
            else if (RedirectAddresses.IndexOf(address) != index)
            {
                yield return $"redirectUris[{index}]: stands twice.";
            }
        }
    }

    /// <summary>Whether people may be sent back to this address.</summary>
    public bool Allows(string address) =>
        RedirectAddress.IsOne(address)
        && RedirectAddresses.Any(registered => RedirectAddress.IsRegistered(registered, address));
}
