namespace Sluice.Rules.Policies;

/// <summary>What someone may do through the admin API.</summary>
public enum Permission
{
    /// <summary>Look at tenants, plans, clients, keys and live state.</summary>
    Read,

    /// <summary>Make and change tenants, plans and clients; issue and revoke keys.</summary>
    Change,

    /// <summary>Look into the running cluster: its silos, and what its grains have in memory.</summary>
    Operate,
}

/// <summary>The built-in roles. A role that is not named here may do nothing through the admin API.</summary>
public static class Roles
{
    public const string Admin = "admin";
    public const string Developer = "developer";
    public const string Auditor = "auditor";
    public const string User = "user";

    public static bool IsRole(string role) => role is Admin or Developer or Auditor or User;

    public static bool May(string role, Permission permission) => role switch
    {
        Admin => true,
        Auditor => permission is Permission.Read or Permission.Operate,
        Developer => permission is Permission.Read,
        _ => false,
    };
}
