using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Rules.Policies;
using Sluice.Silo.Access;

namespace Sluice.Silo.Admin;

/// <summary>The roles that there are. They are settings, so they are only looked at here.</summary>
internal static class RoleEndpoints
{
    public static void MapRoles(this IEndpointRouteBuilder admin) => admin.MapGet("/roles", List)
        .WithTags("Roles")
        .WithSummary("Every role, built in or configured, and what it allows; and every permission that there is.");

    private static Ok<RolesDocument> List(RoleBook roles) => TypedResults.Ok(
        new RolesDocument([.. roles.Roles.Select(RoleDocument.Of)], Permissions.All));
}

internal sealed record RolesDocument(
    IReadOnlyList<RoleDocument> Roles,
    [property: Description("The closed list of what may be done through the admin API.")]
    IReadOnlyList<string> Permissions);

internal sealed record RoleDocument(
    string Name,
    [property: Description("Permissions, which may have a '*', and model:, endpoint: and feature: for calls.")]
    IReadOnlyList<string> Allows,
    [property: Description("What nobody may who has the role, whatever else he is.")] IReadOnlyList<string> Denies,
    [property: Description("Whether its permissions are for what belongs to one's own tenant only.")]
    bool OwnTenantOnly,
    [property: Description("What each client of the role is held to, beside its plan and its own limits.")]
    IReadOnlyList<LimitDocument> Limits)
{
    public static RoleDocument Of(Role role) => new(
        role.Name, role.Allows, role.Denies, role.OwnTenantOnly,
        [.. role.Limits.Select(limit => RoleText.ToWire(limit).ToDocument())]);
}
