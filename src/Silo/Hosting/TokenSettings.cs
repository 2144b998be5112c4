using Sluice.Daemon.Settings;
using Sluice.Grains.Issuers;

namespace Sluice.Silo.Hosting;

/// <summary>The settings of <see cref="TokenOptions"/>, as <c>--help</c> and docs/configuration.md tell them.</summary>
internal static class TokenSettings
{
    public static void Describe(SettingCatalog catalog) => catalog.Section<TokenOptions>("Tokens")
        .Add(
            "Issuer",
            "Who issues access tokens: the address that clients reach the edges at, such as https://api.example.com. "
            + "Not set: no tokens are issued, and none are accepted.",
            "an http or https address without a path")
        .Add("Audience", "Whom tokens are for.", "a text", unset: "the issuer")
        .Add("AccessTokenLifetime", "How long an access token is good.")
        .Add(
            "RefreshTokenLifetime",
            "How long a client may renew its tokens without its key; renewing does not add to it.")
        .Add("ClientCredentials", "Whether the grant client_credentials is offered beside token exchange.")
        .Add("SigningAlgorithm", "The algorithm of signing keys that are made from now on.", "Es256 or Rs256")
        .Add("SigningKeyLifetime", "How long a signing key signs.")
        .Add(
            "SigningKeyLead",
            "How long a signing key is published before it signs; at least VerifierCache, Propagation and ClockSkew "
            + "together.")
        .Add(
            "SigningKeyOverlap",
            "How long it is published after that; at least AccessTokenLifetime and twice ClockSkew.")
        .Add("VerifierCache", "The longest that others who judge tokens remember keys without asking again.")
        .Add("Propagation", "The longest until every edge tells of a signing key that silos know.")
        .Add("ClockSkew", "By how much the clocks of silos may differ.");
}
