namespace Sluice.Rules.Policies;

/// <summary>What a text of a role is about.</summary>
public enum GrantKind
{
    /// <summary>Nothing that is known.</summary>
    None,

    /// <summary>Something through the admin API, see <see cref="Permissions"/>.</summary>
    Permission,

    /// <summary>Calls of models: <c>model:NAME</c>, where a name may end in '*'.</summary>
    Model,

    /// <summary>Calls of endpoints: <c>endpoint:PATH</c>, as behind <c>/v1/</c>, or <c>endpoint:*</c>.</summary>
    Endpoint,

    /// <summary>What calls may ask for: <c>feature:images</c>, <c>batch</c>, <c>priority</c>, or <c>*</c>.</summary>
    Feature,
}

/// <summary>The texts that a role allows and denies by: plain, so that people can write and read them.</summary>
public static class GrantText
{
    /// <summary>How the texts are told to people.</summary>
    public const string Rule =
        "a permission such as clients:read or keys:*, or model:NAME, endpoint:PATH, feature:images, feature:batch, "
        + "feature:priority, each of the last three with '*' for all";

    private const string Model = "model:";
    private const string Endpoint = "endpoint:";
    private const string Feature = "feature:";
    private const int EndpointLengthMax = 100;

    /// <summary>What a text is about, and what it says of that.</summary>
    public static (GrantKind Kind, string Value) Read(string text)
    {
        if (text.StartsWith(Model, StringComparison.Ordinal))
        {
            var model = text[Model.Length..];
            return ModelAccess.IsPattern(model) ? (GrantKind.Model, model) : default;
        }

        if (text.StartsWith(Endpoint, StringComparison.Ordinal))
        {
            var path = text[Endpoint.Length..];
            return path == "*" || IsPath(path) ? (GrantKind.Endpoint, path) : default;
        }

        if (text.StartsWith(Feature, StringComparison.Ordinal))
        {
            var feature = text[Feature.Length..];
            return feature == "*" || FeatureOf(feature) is not CallFeatures.None
                ? (GrantKind.Feature, feature)
                : default;
        }

        return Permissions.IsPattern(text) ? (GrantKind.Permission, text) : default;
    }

    /// <summary>The feature of a name; none for any other text.</summary>
    public static CallFeatures FeatureOf(string name) => name switch
    {
        "images" => CallFeatures.Images,
        "batch" => CallFeatures.Batch,
        "priority" => CallFeatures.Priority,
        _ => CallFeatures.None,
    };

    private static bool IsPath(string path) =>
        path.Length is >= 1 and <= EndpointLengthMax
        && path[0] != '/'
        && !path.Contains('*', StringComparison.Ordinal)
        && !path.Any(char.IsWhiteSpace);
}
