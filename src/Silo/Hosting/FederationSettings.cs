using Sluice.Daemon.Settings;
using Sluice.Silo.Federation;

namespace Sluice.Silo.Hosting;

/// <summary>The settings of <see cref="FederationOptions"/>, as the help and docs/configuration.md tell them.</summary>
internal static class FederationSettings
{
    public static void Describe(SettingCatalog catalog) => catalog.Section<FederationOptions>("Federation")
        .Add(
            "PrivateHosts:#",
            "Hosts of identity providers, as their addresses name them, that may be in our own network or on this "
            + "machine. All others must have public addresses.",
            "a host name or IP address")
        .Add("AnswerTimeout", "How long an identity provider may take to tell its keys, or to say whose a code is.");
}
