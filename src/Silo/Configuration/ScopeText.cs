using System.Globalization;
using System.Net;
using Sluice.Grains.Abstractions.Plans;

namespace Sluice.Silo.Configuration;

/// <summary>Which calls a limit counts, as operators write it: lists, of which a missing one means all.</summary>
/// <param name="Models">Names, or beginnings followed by '*'.</param>
/// <param name="Endpoints">Paths behind <c>/v1/</c>.</param>
/// <param name="Keys">Versions of the client's keys.</param>
/// <param name="Addresses">Networks, or single addresses.</param>
internal sealed record ScopeText(
    IReadOnlyList<string?>? Models, IReadOnlyList<string?>? Endpoints, IReadOnlyList<string?>? Keys,
    IReadOnlyList<string?>? Addresses)
{
    /// <summary>
    /// The scope, null when it leaves nothing out, after every mistake was told with the member it is in.
    /// </summary>
    public ScopeDefinition? Parse(Action<string, string> mistake)
    {
        var keys = new List<int>();
        foreach (var key in Keys ?? [])
        {
            if (int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            {
                keys.Add(version);
            }
            else
            {
                mistake("keys", $"'{key}' is not the version of a key, which is a whole number.");
            }
        }

        var addresses = NetworksOf(Addresses, said => mistake("addresses", said));

        var scope = new ScopeDefinition
        {
            Models = Texts(Models, "models", mistake),
            Endpoints = Texts(Endpoints, "endpoints", mistake),
            KeyVersions = [.. keys],
            Addresses = addresses,
        };
        return scope.Models.Length + scope.Endpoints.Length + keys.Count + addresses.Length > 0 ? scope : null;
    }

    /// <summary>Networks as they are stored, after every mistake was told.</summary>
    public static string[] NetworksOf(IReadOnlyList<string?>? texts, Action<string> mistake)
    {
        var networks = new List<string>();
        foreach (var text in texts ?? [])
        {
            if (NetworkOf(text) is { } network)
            {
                networks.Add(network);
            }
            else
            {
                mistake($"'{text}' is not a network or an address, such as 10.0.0.0/8 or 10.1.2.3.");
            }
        }

        return [.. networks];
    }

    private static string? NetworkOf(string? text) =>
        IPNetwork.TryParse(text, out var network) ? network.ToString()
        : text is not null && IPAddress.TryParse(text, out var address)
            ? new IPNetwork(address, 8 * address.GetAddressBytes().Length).ToString()
        : null;

    private static string[] Texts(IReadOnlyList<string?>? texts, string member, Action<string, string> mistake)
    {
        if (texts?.Any(text => text is null) is true)
        {
            mistake(member, "must be a list of texts.");
        }

        return [.. texts?.OfType<string>() ?? []];
    }
}
