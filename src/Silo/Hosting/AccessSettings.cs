using Sluice.Daemon.Settings;
using Sluice.Silo.Access;

namespace Sluice.Silo.Hosting;

/// <summary>
/// The settings of <see cref="AccessOptions"/>, as <c>--help</c> and docs/configuration.md tell them.
/// </summary>
internal static class AccessSettings
{
    private const string Texts = "a permission, model:NAME, endpoint:PATH or feature:NAME; docs/roles.md";

    public static void Describe(SettingCatalog catalog) => catalog.Section<AccessOptions>("Access")
        .Add(
            "Roles:#:Name", "A role beside the built-in ones, or in place of one; not admin. Its name.",
            "1 to 63 of a-z, 0-9 and '-', unique")
        .Add("Roles:#:Allows:#", "What those may do who have it.", Texts)
        .Add("Roles:#:Denies:#", "What they may not do, whatever else they are.", Texts)
        .Add("Roles:#:OwnTenantOnly", "Whether its permissions are for what belongs to one's own tenant only.")
        .Add(
            "Roles:#:Limits:#", "What each client of this role is held to, beside its plan and its own limits.",
            "a name, then rate, quota or concurrency and how much: requests rate 100 requests/s")
        .Add(
            "AdminTokens:#:Name", "A token of an operator, for the admin API. Who comes with it, in the audit trail.",
            "1 to 63 of a-z, 0-9 and '-', unique")
        .Add(
            "AdminTokens:#:Sha256",
            "What tells the token, which itself stands nowhere. The token must be random, of 32 characters or more.",
            "the token's SHA-256, 64 hexadecimal digits")
        .Add("AdminTokens:#:Roles:#", "Its roles; at least one.", "a role's name")
        .Add("AdminTokens:#:Tenant", "The one tenant that it is for.", "a tenant's name", unset: "none: all tenants")
        .Add(
            "PlatformTenant",
            "The tenant whose people have a say about all tenants; people of other tenants have one about their own.",
            "a tenant's name")
        .Add(
            "FreshAuthentication",
            "How long ago people may have signed in who rotate, revoke or fetch keys or change roles; 0 is any time.");
}
