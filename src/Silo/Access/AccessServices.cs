using Microsoft.Extensions.Options;
using Sluice.Daemon.Settings;

namespace Sluice.Silo.Access;

/// <summary>Registers who may do what.</summary>
internal static class AccessServices
{
    public static void AddAccess(this IServiceCollection services)
    {
        services.AddSettings<AccessOptions>("Access");
        services.AddSingleton<IValidateOptions<AccessOptions>, AccessOptionsValidator>();

        // Checked before they are asked for.
        services.AddSingleton(provider => RoleText.Parse(
            provider.GetRequiredService<IOptions<AccessOptions>>().Value.Roles, [])!);
        services.AddSingleton<AdminCredentials>().AddSingleton<AdminTokens>();
    }
}
