using System.Collections.Immutable;

namespace Sluice.Rules.Credentials;

/// <summary>How many credentials of one network were refused.</summary>
/// <param name="Prefix">The network.</param>
/// <param name="Counts">By kind; each 1 or more.</param>
/// <param name="Clients">
/// Clients that were named, the first <see cref="RefusalBook.ClientsMax"/>; whether there are such clients is not said.
/// </param>
public sealed record RefusedCredentials(
    AddressPrefix Prefix, ImmutableSortedDictionary<CredentialRefusal, long> Counts, ImmutableArray<string> Clients)
{
    /// <summary>The network's name; <c>others</c> for all that there was no room for.</summary>
    public string Name => Prefix == RefusalBook.Others ? "others" : Prefix.ToString();
}

/// <summary>
/// Counts refused credentials by network until somebody takes the counts. Bounded: of more networks than it has room
/// for, those that come later are counted together. Nothing is lost. One owner changes it in place, and locks it.
/// </summary>
/// <param name="prefixesMax">Networks kept apart; 1 or more.</param>
public sealed class RefusalBook(int prefixesMax)
{
    /// <summary>Clients named with one network.</summary>
    public const int ClientsMax = 5;

    /// <summary>
    /// All networks for which there was no room; all ones, which is an address of no network.
    /// </summary>
    public static readonly AddressPrefix Others = new(UInt128.MaxValue);

    private readonly SortedDictionary<UInt128, Page> _pages = [];

    /// <summary>True when nothing was refused since the counts were taken.</summary>
    public bool IsEmpty => _pages.Count == 0;

    /// <summary>A credential was refused.</summary>
    /// <param name="prefix">Where it came from.</param>
    /// <param name="refusal">Why.</param>
    /// <param name="clientId">The client that it names; null for none.</param>
    public void Add(AddressPrefix prefix, CredentialRefusal refusal, string? clientId)
    {
        if (!_pages.TryGetValue(prefix.Bits, out var page))
        {
            var key = _pages.Count >= prefixesMax ? Others.Bits : prefix.Bits;
            if (!_pages.TryGetValue(key, out page))
            {
                _pages[key] = page = new Page();
            }
        }

        page.Counts[refusal] = page.Counts.GetValueOrDefault(refusal) + 1;
        if (clientId is not null && page.Clients.Count < ClientsMax)
        {
            page.Clients.Add(clientId);
        }
    }

    /// <summary>Takes some of the counts away, by network; what is left is taken next.</summary>
    /// <param name="most">Networks at most; 1 or more.</param>
    public ImmutableArray<RefusedCredentials> Take(int most)
    {
        var taken = _pages.Take(most).ToList();
        taken.ForEach(page => _pages.Remove(page.Key));
        return
        [
            .. taken.Select(page => new RefusedCredentials(
                new AddressPrefix(page.Key), page.Value.Counts.ToImmutableSortedDictionary(), [.. page.Value.Clients])),
        ];
    }

    private sealed class Page
    {
        public Dictionary<CredentialRefusal, long> Counts { get; } = [];

        public SortedSet<string> Clients { get; } = new(StringComparer.Ordinal);
    }
}
