using System.ComponentModel.DataAnnotations;

namespace Sluice.Silo.Security.Vaults;

/// <summary>A master key in Azure Key Vault or its Managed HSM, section <c>AzureKeyVault</c>: an RSA key.</summary>
internal sealed class AzureKeyVaultOptions
{
    /// <summary>The key, as <c>https://NAME.vault.azure.net/keys/KEY</c>, without a version.</summary>
    /// <value>Default empty: the master key is not there.</value>
    public string KeyUrl { get; set; } = "";

    /// <summary>The directory (tenant) of the application.</summary>
    public string TenantId { get; set; } = "";

    /// <summary>The application that may wrap, unwrap and get the key.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>A file with the application's secret.</summary>
    /// <value>Default empty: <see cref="FederatedTokenFile"/> vouches for it.</value>
    public string ClientSecretFile { get; set; } = "";

    /// <summary>A file with a token of a federated identity, as workload identity puts it into a pod.</summary>
    public string FederatedTokenFile { get; set; } = "";

    /// <summary>Who issues tokens for the vault.</summary>
    public string Authority { get; set; } = "https://login.microsoftonline.com";

    /// <summary>What the token is for; another one for Managed HSM and for national clouds.</summary>
    public string Scope { get; set; } = "https://vault.azure.net/.default";

    /// <summary>True: it only opens what it has wrapped, while another master key takes its place.</summary>
    /// <value>Default false: it is the master key.</value>
    public bool OpensOnly { get; set; }

    /// <summary>How long one call may take; it is tried three times.</summary>
    /// <value>100 milliseconds to 1 minute, default 5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);
}
