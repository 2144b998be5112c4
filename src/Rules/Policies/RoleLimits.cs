using System.Collections.Immutable;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Policies;

/// <summary>The limits of a role as they stand among those of its clients.</summary>
public static class RoleLimits
{
    // No limit that somebody writes has a dot in its name, so none is taken for another or replaces one.
    private const string NamePrefix = "role.";

    /// <summary>
    /// What is in force for a client: its plan's and its own limits, and those of its role beside them. None takes the
    /// place of another: a call must fit all.
    /// </summary>
    public static ImmutableArray<Limit> InForce(ImmutableArray<Limit> limits, Role? role) =>
        role is null || role.Limits.IsEmpty
            ? limits
            : [.. limits, .. role.Limits.Select(limit => limit with { Name = NameOf(role.Name, limit.Name) })];

    /// <summary>What a role's limit is called where it stands among a client's.</summary>
    public static string NameOf(string role, string limit) => $"{NamePrefix}{role}.{limit}";
}
