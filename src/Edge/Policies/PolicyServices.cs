using Microsoft.Extensions.Options;
using Sluice.Daemon.Settings;

namespace Sluice.Edge.Policies;

/// <summary>Registers the policy agent where there is one; where there is none, nothing asks.</summary>
internal static class PolicyServices
{
    public static void AddPolicyAgent(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<PolicyAgentOptions>("Policy");
        services.AddSingleton<IValidateOptions<PolicyAgentOptions>, PolicyAgentOptionsValidator>();
        if (!string.IsNullOrEmpty(configuration["Policy:Address"]))
        {
            services.AddSingleton<PolicyMetrics>().AddSingleton<PolicyAgent>();
        }
    }
}
