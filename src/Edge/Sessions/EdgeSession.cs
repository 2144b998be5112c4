using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Edges;

namespace Sluice.Edge.Sessions;

/// <summary>This edge process among all that ever were: with its counter it makes the ids of requests.</summary>
internal sealed class EdgeSession(IClusterClient cluster)
{
    private long _session;
    private long _lastSequence;

    public long Session => _session > 0
        ? _session
        : throw new InvalidOperationException("The edge has no session yet: open it before the first request.");

    public long LastSequence => Interlocked.Read(ref _lastSequence);

    public RequestId Next() => new(Session, Interlocked.Increment(ref _lastSequence));

    /// <summary>Asks a silo for a session. Before the edge listens, so that no request is ever without one.</summary>
    public async Task OpenAsync() =>
        _session = await cluster.GetGrain<IEdgeSessionGrain>(EdgeSessions.Key).Open();
}
