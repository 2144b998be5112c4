using System.Net;
using Microsoft.Extensions.Options;
using Sluice.Daemon.Running;

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
        foreach (var ofEngine in Engine.MistakesIn(options))
        {
            yield return ofEngine;
        }

        if (!IPAddress.TryParse(options.ListenAddress, out _))
        {
            yield return $"Edge:ListenAddress '{options.ListenAddress}' is not an IP address.";
        }

        if (!IPAddress.TryParse(options.AdminListenAddress, out _))
        {
            yield return $"Edge:AdminListenAddress '{options.AdminListenAddress}' is not an IP address.";
        }

        if (ListenerTls.MistakeIn(options.CertificateFile, options.CertificateKeyFile) is { } mistake)
        {
            yield return $"Edge:CertificateFile {mistake}";
        }

        if (options.Port != 0 && options.Port == options.AdminPort)
        {
            yield return $"Edge:Port and Edge:AdminPort are both {options.Port}; clients and operators need a port "
                + "each.";
        }
    }
}
