using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Sluice.Daemon.Settings;
using Sluice.Grains.Clients;
using Sluice.Grains.Secrets;
using Sluice.Silo.Security.Vaults;

namespace Sluice.Silo.Security;

/// <summary>Registers what keeps secrets.</summary>
internal static class SecurityServices
{
    /// <summary>The host awaits <see cref="DataKeys.PrepareAsync"/> when the database is open.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="open">How the file of the master key is opened; said again, the later one counts.</param>
    public static void AddSecurity(this IServiceCollection services, Func<string, MasterKey> open)
    {
        services.RemoveAll<MasterKeys>();
        services.AddSettings<VaultOptions>("Vault");
        services.AddSettings<AzureKeyVaultOptions>("AzureKeyVault");
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<VaultOptions>, VaultOptionsValidator>());
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<AzureKeyVaultOptions>, VaultOptionsValidator>());
        services.AddSingleton(provider => MasterKeysOf(provider, open));
        services.TryAddSingleton<DataKeys>();
        services.TryAddSingleton<IKeyHasher, KeyHasher>();
        services.TryAddSingleton<ISecretBox, SecretBox>();
        services.TryAddSingleton<KeySecrets>();
        services.TryAddSingleton<IKeySecrets>(provider => provider.GetRequiredService<KeySecrets>());
    }

    /// <summary>A vault where one is set, else the file; and whatever opens what others have wrapped.</summary>
    private static MasterKeys MasterKeysOf(IServiceProvider provider, Func<string, MasterKey> open)
    {
        var silo = provider.GetRequiredService<IOptions<SiloOptions>>().Value;
        var vault = provider.GetRequiredService<IOptions<VaultOptions>>().Value;
        var azure = provider.GetRequiredService<IOptions<AzureKeyVaultOptions>>().Value;
        var time = provider.GetRequiredService<TimeProvider>();
        var others = new List<IMasterKey>(silo.OpeningMasterKeyFiles.Select(MasterKey.Load));
        IMasterKey? current = null;
        void Take(IMasterKey key, bool opensOnly)
        {
            if (opensOnly)
            {
                others.Add(key);
            }
            else
            {
                current = key;
            }
        }

        if (vault.Address.Length > 0)
        {
            Take(new TransitKey(vault, time), vault.OpensOnly);
        }

        if (azure.KeyUrl.Length > 0)
        {
            Take(new AzureKey(azure, time), azure.OpensOnly);
        }

        current ??= silo.MasterKey.Length > 0 ? MasterKey.Parse(silo.MasterKey) : open(silo.MasterKeyFile);
        return new MasterKeys(current, others);
    }
}
