namespace Sluice.Grains.Abstractions.Edges;

/// <summary>
/// Gives edges their session: the half of a request id that no other edge process, before or after, ever has. The
/// grain key is <see cref="EdgeSessions.Key"/>; there is one such grain.
/// </summary>
[Alias("sluice.IEdgeSessionGrain")]
public interface IEdgeSessionGrain : IGrainWithStringKey
{
    /// <summary>
    /// A session that was never given out: 1 or more, stored before it is answered. A repeat gives another one, and a
    /// number may be skipped; none is given twice.
    /// </summary>
    [Alias("Open")]
    Task<long> Open();
}

/// <summary>Where the one <see cref="IEdgeSessionGrain"/> is found.</summary>
public static class EdgeSessions
{
    /// <summary>The key of the one grain.</summary>
    public const string Key = "edges";
}
