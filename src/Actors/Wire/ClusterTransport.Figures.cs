namespace Sluice.Actors.Wire;

/// <summary>What is open between this process and others.</summary>
/// <param name="Connections">From either side.</param>
/// <param name="Pending">Calls sent and not answered.</param>
internal readonly record struct WireLoad(int Connections, int Pending);

/// <summary>What operators see of the wire.</summary>
internal abstract partial class ClusterTransport
{
    public WireLoad Load
    {
        get
        {
            var open = OpenConnections.Where(connection => !connection.IsClosed).ToArray();
            return new WireLoad(open.Length, open.Sum(connection => connection.Pending));
        }
    }

    protected virtual IEnumerable<Connection> OpenConnections => _made.Keys;

    /// <summary>A connection stands in the place of one that was lost.</summary>
    internal void Reconnected() => Host.Metrics.Reconnected();
}
