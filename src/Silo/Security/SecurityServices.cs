using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Sluice.Grains.Clients;
using Sluice.Grains.Secrets;

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
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<SiloOptions>>().Value;
            return new MasterKeys(
                options.MasterKey.Length > 0 ? MasterKey.Parse(options.MasterKey) : open(options.MasterKeyFile),
                options.OpeningMasterKeyFiles.Select(MasterKey.Load));
        });
        services.TryAddSingleton<DataKeys>();
        services.TryAddSingleton<IKeyHasher, KeyHasher>();
        services.TryAddSingleton<ISecretBox, SecretBox>();
        services.TryAddSingleton<KeySecrets>();
        services.TryAddSingleton<IKeySecrets>(provider => provider.GetRequiredService<KeySecrets>());
    }
}
