using System.ComponentModel.DataAnnotations;

namespace Sluice.Silo.Access;

/// <summary>Who may do what, section <c>Access</c>: the same for every silo of a cluster.</summary>
public sealed class AccessOptions
{
    /// <summary>Roles beside the built-in ones, or in their place.</summary>
    public IList<RoleOptions> Roles { get; } = [];

    /// <summary>Tokens of operators that stay until they are taken out again.</summary>
    public IList<AdminTokenOptions> AdminTokens { get; } = [];

    /// <summary>
    /// The tenant whose people may have a say about other tenants; people of others about their own only.
    /// </summary>
    /// <value>A tenant's name, default <c>platform</c>.</value>
    public string PlatformTenant { get; set; } = "platform";

    /// <summary>
    /// How long ago somebody who comes with an access token may have proved who he is, for whatever has to do with
    /// secrets and roles.
    /// </summary>
    /// <value>Zero to 24 hours, default 5 minutes. Zero: it does not matter.</value>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan FreshAuthentication { get; set; } = TimeSpan.FromMinutes(5);
}

/// <summary>A role as it is configured.</summary>
public sealed class RoleOptions
{
    public string Name { get; set; } = "";

    /// <summary>What it allows: permissions, and <c>model:</c>, <c>endpoint:</c>, <c>feature:</c> for calls.</summary>
    public IList<string> Allows { get; } = [];

    /// <summary>What nobody may who has it, whatever else he is.</summary>
    public IList<string> Denies { get; } = [];

    /// <summary>True: its permissions are for one's own tenant only.</summary>
    public bool OwnTenantOnly { get; set; }

    /// <summary>What each client of this role is held to, see <see cref="RoleText"/>.</summary>
    public IList<string> Limits { get; } = [];
}

/// <summary>A token of an operator. The token itself is nowhere; its digest tells it.</summary>
public sealed class AdminTokenOptions
{
    /// <summary>Who comes with it, as the audit trail says it.</summary>
    public string Name { get; set; } = "";

    /// <summary>SHA-256 of the token, 64 hexadecimal digits.</summary>
    public string Sha256 { get; set; } = "";

    public IList<string> Roles { get; } = [];

    /// <summary>The one tenant that it is for.</summary>
    /// <value>Default empty: all.</value>
    public string Tenant { get; set; } = "";
}
