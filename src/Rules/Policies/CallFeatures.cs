namespace Sluice.Rules.Policies;

/// <summary>What a call asks for beyond an answer in text.</summary>
[Flags]
public enum CallFeatures
{
    None = 0,

    /// <summary>Something to look at: an image, or a page of a document. Reading a page is such a call.</summary>
    Images = 1,

    /// <summary>More than one of these in one call.</summary>
    Batch = 2,

    /// <summary>
    /// To be served before others: <c>service_tier</c> is none of <c>auto</c>, <c>default</c>, <c>flex</c>.
    /// </summary>
    Priority = 4,
}

/// <summary>A call, as far as roles ask.</summary>
/// <param name="Model">The model asked for.</param>
/// <param name="Endpoint">
/// The path behind <c>/v1/</c>; empty when it is not known, and then only who may use all endpoints may call.
/// </param>
/// <param name="Features">What it asks for.</param>
public readonly record struct RoleCall(string Model, string Endpoint, CallFeatures Features)
{
    /// <summary>The features of a call with so many images and pages.</summary>
    public static CallFeatures FeaturesOf(long images, long pages, bool isPriority) =>
        (images + pages) switch
        {
            <= 0 => CallFeatures.None,
            1 => CallFeatures.Images,
            _ => CallFeatures.Images | CallFeatures.Batch,
        }
        | (isPriority ? CallFeatures.Priority : CallFeatures.None);
}
