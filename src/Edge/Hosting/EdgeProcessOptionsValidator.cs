using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;

namespace Sluice.Edge.Hosting;

/// <summary>What no annotation can say of an edge's settings.</summary>
internal sealed class EdgeProcessOptionsValidator : IValidateOptions<EdgeProcessOptions>
{
    public ValidateOptionsResult Validate(string? name, EdgeProcessOptions options)
    {
        var mistakes = Mistakes(options).ToList();
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static IEnumerable<string> Mistakes(EdgeProcessOptions options)
    {
        if (options.Seeds.Count == 0)
        {
            yield return "Edge:Seeds is empty: name at least one silo as host:port, with its Silo:Port.";
        }

        for (var i = 0; i < options.Seeds.Count; i++)
        {
            if (!IsSeed(options.Seeds[i]))
            {
                yield return $"Edge:Seeds:{i} '{options.Seeds[i]}' is not host:port, such as silo.example:11111.";
            }
        }

        if (!IPAddress.TryParse(options.ListenAddress, out _))
        {
            yield return $"Edge:ListenAddress '{options.ListenAddress}' is not an IP address.";
        }

        if (!IPAddress.TryParse(options.AdminListenAddress, out _))
        {
            yield return $"Edge:AdminListenAddress '{options.AdminListenAddress}' is not an IP address.";
        }

        if (options.Port != 0 && options.Port == options.AdminPort)
        {
            yield return $"Edge:Port and Edge:AdminPort are both {options.Port}; clients and operators need a port "
                + "each.";
        }
    }

    private static bool IsSeed(string seed)
    {
        var colon = seed.LastIndexOf(':');
        return colon > 0
            && Uri.CheckHostName(seed[..colon]) is not UriHostNameType.Unknown
            && int.TryParse(seed[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and <= IPEndPoint.MaxPort;
    }
}
