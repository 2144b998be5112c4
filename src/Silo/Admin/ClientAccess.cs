using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules.Policies;

namespace Sluice.Silo.Admin;

/// <summary>What a change of a client needs beyond the permission for its route, by what it says.</summary>
internal static class ClientAccess
{
    /// <summary>Null when whoever calls may make such a client.</summary>
    public static ProblemHttpResult? RefusalOf(HttpContext context, NewClientDocument client, RoleBook roles)
    {
        var tenant = client.Tenant ?? "";
        return !context.Administrator().Reaches(Permissions.ClientsWrite, tenant)
            ? AdminResults.NotFound($"tenant '{tenant}'")
            : context.RefusalOf(Permissions.LimitsWrite, tenant, "Saying by which plan a client works")
                ?? (client.Role is null or RoleBook.User ? null : RefusalOfRole(context, tenant, client.Role, roles));
    }

    /// <summary>Null when whoever calls may change this of a client.</summary>
    public static ProblemHttpResult? RefusalOf(
        HttpContext context, ClientDefinition before, ClientChangeDocument change, RoleBook roles) =>
        (change.Plan is null && change.Limits is null
            ? null
            : context.RefusalOf(
                Permissions.LimitsWrite, before.Tenant, "Changing a client's plan or its own limits"))
        ?? (change.Role is null || change.Role == before.Role
            ? null
            : RefusalOfRole(context, before.Tenant, change.Role, roles));

    private static ProblemHttpResult? RefusalOfRole(HttpContext context, string tenant, string role, RoleBook roles)
    {
        var who = context.Administrator();
        return context.RefusalOf(Permissions.RolesWrite, tenant, "Saying which role a client has")
            ?? (who.Grants.Cover(roles.Of(role), tenant == who.Tenant)
                ? null
                : AdminAccess.Lacking(
                    context, Permissions.RolesWrite,
                    $"The role '{role}' may more than you may, so you cannot give it."))
            ?? context.StalenessOf(Permissions.RolesWrite);
    }
}
