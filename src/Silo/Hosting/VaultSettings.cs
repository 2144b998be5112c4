using Sluice.Daemon.Settings;
using Sluice.Silo.Security.Vaults;

namespace Sluice.Silo.Hosting;

/// <summary>The settings of master keys in vaults, as <c>--help</c> and docs/configuration.md tell them.</summary>
internal static class VaultSettings
{
    private const string File = "a file that exists";
    private const string Address = "an http or https address";
    private const string Opens =
        "Whether it only opens what it has wrapped, while another master key takes its place.";

    public static void Describe(SettingCatalog catalog)
    {
        catalog.Section<VaultOptions>("Vault")
            .Add(
                "Address",
                "A vault (HashiCorp Vault, OpenBao) whose transit engine has the master key, in place of "
                + "Silo:MasterKeyFile.",
                Address)
            .Add("Key", "The name of the key.", "1 to 100 of letters, digits, '_', '.' and '-'")
            .Add("Mount", "Where the transit engine is mounted.", "a path")
            .Add("Namespace", "The namespace of the vault.", "a path")
            .Add("TokenFile", "A file with a token, read for each call, so that an agent may renew it.", File)
            .Add(
                "KubernetesRole", "In place of a token: the role to sign in as by the Kubernetes method.",
                "a role's name")
            .Add("KubernetesMount", "Where the Kubernetes method is mounted.", "a path")
            .Add("KubernetesTokenFile", "The token of the pod's service account.", File)
            .Add("OpensOnly", Opens)
            .Add("Timeout", "How long one call may take; it is tried three times. No request waits for it.");
        catalog.Section<AzureKeyVaultOptions>("AzureKeyVault")
            .Add(
                "KeyUrl", "An RSA key in Azure Key Vault that is the master key, in place of Silo:MasterKeyFile.",
                "https://NAME.vault.azure.net/keys/KEY, without a version")
            .Add("TenantId", "The directory of the application.", "an id")
            .Add("ClientId", "The application that may get the key, wrap and unwrap with it.", "an id")
            .Add("ClientSecretFile", "A file with the application's secret.", File)
            .Add(
                "FederatedTokenFile",
                "In place of a secret: a file with the token of a federated identity, as workload identity puts it "
                + "into a pod.",
                File)
            .Add("Authority", "Who issues tokens for the vault.", Address)
            .Add("Scope", "What a token is for; another one for Managed HSM and for national clouds.", "a scope")
            .Add("OpensOnly", Opens)
            .Add("Timeout", "How long one call may take; it is tried three times. No request waits for it.");
    }
}
