using System.Collections.Immutable;

namespace Sluice.Rules.Policies;

/// <summary>Texts of a role, read once: roles are asked for every call.</summary>
/// <param name="Permissions">Patterns of permissions.</param>
/// <param name="Models">Patterns of models.</param>
/// <param name="Endpoints">Paths of endpoints.</param>
/// <param name="AllEndpoints">True: every endpoint, also one that is not known.</param>
/// <param name="Features">Features of calls.</param>
internal sealed record GrantSet(
    ImmutableArray<string> Permissions, ImmutableArray<string> Models, ImmutableArray<string> Endpoints,
    bool AllEndpoints, CallFeatures Features)
{
    public const CallFeatures AllFeatures = CallFeatures.Images | CallFeatures.Batch | CallFeatures.Priority;

    public static GrantSet Of(ImmutableArray<string> texts)
    {
        var read = texts.Select(GrantText.Read).ToLookup(text => text.Kind, text => text.Value);
        return new GrantSet(
            [.. read[GrantKind.Permission]],
            [.. read[GrantKind.Model]],
            [.. read[GrantKind.Endpoint].Where(path => path != "*")],
            read[GrantKind.Endpoint].Contains("*"),
            read[GrantKind.Feature].Aggregate(
                CallFeatures.None,
                (all, name) => all | (name == "*" ? AllFeatures : GrantText.FeatureOf(name))));
    }

    public bool HasPermission(string permission)
    {
        foreach (var pattern in Permissions)
        {
            if (Policies.Permissions.Fits(pattern, permission))
            {
                return true;
            }
        }

        return false;
    }

    public bool HasEndpoint(string endpoint) => AllEndpoints || Endpoints.Contains(endpoint);

    /// <summary>The first of these features, as a reason; none for none.</summary>
    public static RoleRefusal FirstOf(CallFeatures features) =>
        (features & CallFeatures.Images) != 0 ? RoleRefusal.Images
        : (features & CallFeatures.Batch) != 0 ? RoleRefusal.Batch
        : (features & CallFeatures.Priority) != 0 ? RoleRefusal.Priority
        : RoleRefusal.None;
}
