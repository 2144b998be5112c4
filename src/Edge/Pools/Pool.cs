namespace Sluice.Edge.Pools;

/// <summary>A pool as the edge knows it; the name is also its cluster's in YARP.</summary>
/// <param name="Key">The bearer token that it wants; null when it wants none.</param>
internal sealed record Pool(
    string Name,
    Uri Address,
    IReadOnlyList<string> Models,
    string? Key,
    bool AskForUsage,
    TimeSpan FirstByteTimeout,
    TimeSpan IdleTimeout);
