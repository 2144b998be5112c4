using Sluice.Daemon.Settings;
using Sluice.Edge.Policies;

namespace Sluice.Edge.Hosting;

/// <summary>
/// The settings of <see cref="PolicyAgentOptions"/>, as <c>--help</c> and docs/configuration.md tell them.
/// </summary>
internal static class PolicySettings
{
    public static void Describe(SettingCatalog catalog) => catalog.Section<PolicyAgentOptions>("Policy")
        .Add(
            "Address",
            "An Open Policy Agent that is asked about calls which all else has let through. Not set: nobody is asked.",
            "an http or https address without a path")
        .Add("Path", "The document that decides, behind /v1/data/.", "such as sluice/calls")
        .Add("TokenFile", "A file with the token that the agent wants as bearer token.", "a file that exists")
        .Add("Timeout", "How long a call waits for the agent at most; then it is refused with 503.")
        .Add("RememberFor", "How long an answer is good for calls that are asked about in the same words; 0 is never.")
        .Add("RememberMost", "Most answers remembered, some 300 bytes each.");
}
