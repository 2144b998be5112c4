using Sluice.Actors.Calls;
using Sluice.Actors.Hosting;
using Sluice.Actors.Membership;

namespace Sluice.Actors.Wire;

/// <summary>What a connection asks of the transport that it belongs to. Called on the connection's reader.</summary>
internal interface IConnectionOwner
{
    /// <summary>What peers are told of this process, such as <c>silo 3 (a)</c>.</summary>
    string Self { get; }

    /// <summary>What a peer must know before it gets a call or an answer; null when views are not told here.</summary>
    ClusterView? ViewToTell { get; }

    /// <summary>Where connections read and write.</summary>
    ITurnScheduler Scheduler { get; }

    /// <summary>The method that a peer means; null when nothing here has it.</summary>
    CallMethod? FindMethod(string interfaceName, string methodName);

    /// <summary>Runs a call that came by the connection, or says there that it lives elsewhere.</summary>
    void Received(Connection connection, GrainCall call);

    /// <summary>A call came back without having run.</summary>
    void Moved(Connection connection, GrainCall call);

    void ViewCame(Connection connection, ClusterView view);

    void ManifestCame(Connection connection, GrainManifest manifest);

    /// <summary>A client cannot reach that silo.</summary>
    void Unreachable(Connection connection, long siloId);

    /// <summary>The connection is over; its calls have been told.</summary>
    void Closed(Connection connection, Exception? reason);
}
