using System.Net;
using Microsoft.Extensions.Options;

namespace Sluice.Silo;

/// <summary>What a silo cannot be run with, said before it starts.</summary>
internal sealed class SiloOptionsValidator : IValidateOptions<SiloOptions>
{
    public ValidateOptionsResult Validate(string? name, SiloOptions options)
    {
        var mistakes = Mistakes(options).ToList();
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static IEnumerable<string> Mistakes(SiloOptions options)
    {
        for (var i = 0; i < options.AdminNetworks.Count; i++)
        {
            if (!IPNetwork.TryParse(options.AdminNetworks[i], out _))
            {
                yield return $"Silo:AdminNetworks:{i} '{options.AdminNetworks[i]}' is no network: write it as "
                    + "10.0.0.0/8, and one address as 10.1.2.3/32.";
            }
        }

        if (options.AuditCheckpointUrl.Length > 0
            && !(Uri.TryCreate(options.AuditCheckpointUrl, UriKind.Absolute, out var address)
                && address.Scheme is "http" or "https" && address.UserInfo.Length == 0))
        {
            yield return "Silo:AuditCheckpointUrl is no http or https address without a name and password in it; a "
                + "bearer token goes into the file of Silo:AuditCheckpointTokenFile.";
        }

        if (options.AuditCheckpointTokenFile.Length > 0 && options.AuditCheckpointUrl.Length == 0)
        {
            yield return "Silo:AuditCheckpointTokenFile is for Silo:AuditCheckpointUrl, which is not set.";
        }
        else if (options.AuditCheckpointTokenFile.Length > 0 && !File.Exists(options.AuditCheckpointTokenFile))
        {
            yield return $"Silo:AuditCheckpointTokenFile '{options.AuditCheckpointTokenFile}' does not exist.";
        }
    }
}
