namespace Sluice.Edge.Pools;

/// <summary>
/// A pool as the edge knows it, with its key read. See <see cref="PoolOptions"/> for what each part means.
/// </summary>
internal sealed record Pool(
    string Name,
    Uri Address,
    IReadOnlyList<string> Models,
    string? Key,
    bool AskForUsage,
    TimeSpan FirstByteTimeout,
    TimeSpan IdleTimeout);
