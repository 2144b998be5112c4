using Microsoft.Extensions.Options;

namespace Sluice.Silo.Security.Vaults;

/// <summary>What must fit together where the master key is in a vault.</summary>
internal sealed class VaultOptionsValidator(IConfiguration configuration)
    : IValidateOptions<VaultOptions>, IValidateOptions<AzureKeyVaultOptions>
{
    public ValidateOptionsResult Validate(string? name, VaultOptions options)
    {
        var mistakes = new List<string>();
        if (options.Address.Length == 0)
        {
            return ValidateOptionsResult.Success;
        }

        if (!IsAddress(options.Address))
        {
            mistakes.Add("Vault:Address is no http or https address.");
        }

        if (options.TokenFile.Length == 0 == (options.KubernetesRole.Length == 0))
        {
            mistakes.Add("Vault: set exactly one of Vault:TokenFile and Vault:KubernetesRole.");
        }

        if (!options.OpensOnly && configuration["Silo:MasterKey"] is { Length: > 0 })
        {
            mistakes.Add(
                "Vault:Address and Silo:MasterKey: there is one master key. Vault:OpensOnly is for a former one.");
        }

        return ResultOf(mistakes);
    }

    public ValidateOptionsResult Validate(string? name, AzureKeyVaultOptions options)
    {
        var mistakes = new List<string>();
        if (options.KeyUrl.Length == 0)
        {
            return ValidateOptionsResult.Success;
        }

        if (!IsAddress(options.KeyUrl) || new Uri(options.KeyUrl).Segments is not [_, "keys/", _])
        {
            mistakes.Add("AzureKeyVault:KeyUrl is not as https://NAME.vault.azure.net/keys/KEY, without a version.");
        }

        if (options.TenantId.Length == 0 || options.ClientId.Length == 0)
        {
            mistakes.Add("AzureKeyVault:TenantId and AzureKeyVault:ClientId name who asks; set both.");
        }

        if (options.ClientSecretFile.Length == 0 == (options.FederatedTokenFile.Length == 0))
        {
            mistakes.Add(
                "AzureKeyVault: set exactly one of AzureKeyVault:ClientSecretFile and "
                + "AzureKeyVault:FederatedTokenFile.");
        }

        var hasVault = configuration["Vault:Address"] is { Length: > 0 }
            && !configuration.GetValue("Vault:OpensOnly", false);
        if (!options.OpensOnly && (hasVault || configuration["Silo:MasterKey"] is { Length: > 0 }))
        {
            mistakes.Add(
                "AzureKeyVault:KeyUrl, Vault:Address and Silo:MasterKey: there is one master key. "
                + "AzureKeyVault:OpensOnly and Vault:OpensOnly are for former ones.");
        }

        return ResultOf(mistakes);
    }

    private static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https";

    private static ValidateOptionsResult ResultOf(List<string> mistakes) =>
        mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
}
