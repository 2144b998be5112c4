using System.Net;
using Microsoft.Extensions.Options;
using Sluice.Daemon.Running;

namespace Sluice.Silo.Hosting;

/// <summary>What no annotation can say of a silo's settings, and what they must not be together.</summary>
internal sealed class SiloProcessOptionsValidator(IConfiguration configuration) : IValidateOptions<SiloProcessOptions>
{
    public ValidateOptionsResult Validate(string? name, SiloProcessOptions options)
    {
        var mistakes = Mistakes(options).ToList();
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private IEnumerable<string> Mistakes(SiloProcessOptions options)
    {
        if (!IPAddress.TryParse(options.AdminListenAddress, out _))
        {
            yield return $"Silo:AdminListenAddress '{options.AdminListenAddress}' is not an IP address.";
        }

        if (!IPAddress.TryParse(options.ListenAddress, out _))
        {
            yield return $"Silo:ListenAddress '{options.ListenAddress}' is not an IP address.";
        }

        if (ListenerTls.MistakeIn(options.AdminCertificateFile, options.AdminCertificateKeyFile) is { } mistake)
        {
            yield return $"Silo:AdminCertificateFile {mistake}";
        }

        if (options.Address.Length > 0 && Uri.CheckHostName(options.Address) is UriHostNameType.Unknown)
        {
            yield return $"Silo:Address '{options.Address}' is neither an IP address nor a DNS name; the port of "
                + "others is Silo:AdvertisedPort.";
        }

        if (IPAddress.TryParse(options.Address, out var address)
            && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
        {
            yield return $"Silo:Address '{options.Address}' is no address that anyone could reach; name this "
                + "machine's.";
        }

        if (options.Port is null && (options.Address.Length > 0 || options.AdvertisedPort != 0))
        {
            yield return "Silo:Address and Silo:AdvertisedPort are for a silo of a cluster; set Silo:Port too.";
        }

        if (options.Port is not null && configuration["Storage:SqliteFile"] is { Length: > 0 })
        {
            yield return "Silo:Port makes this silo one of a cluster, and Storage:SqliteFile is for one silo alone: "
                + "set Storage:DatabaseUrl to a PostgreSQL database in its place, or leave Silo:Port out.";
        }
    }
}
