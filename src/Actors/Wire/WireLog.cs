using Microsoft.Extensions.Logging;

namespace Sluice.Actors.Wire;

/// <summary>What the wire logs. Never an argument or a result of a call.</summary>
internal sealed partial class WireLog(ILogger logger)
{
    private readonly ILogger _logger = logger;

    [LoggerMessage(4101, LogLevel.Information, "This silo listens for the cluster on {EndPoint}.")]
    internal partial void Listening(string endPoint);

    [LoggerMessage(4102, LogLevel.Information, "Connected to {Peer} at {Address}:{Port}.")]
    internal partial void Connected(Peer peer, string address, int port);

    [LoggerMessage(4103, LogLevel.Information, "{Peer} has connected.")]
    internal partial void Accepted(Peer peer);

    [LoggerMessage(4104, LogLevel.Warning, "The connection to {Peer} was lost.")]
    internal partial void Lost(Peer peer, Exception? reason);

    [LoggerMessage(4105, LogLevel.Warning, "{Address} was turned away: {Reason}")]
    internal partial void TurnedAway(string address, string reason);

    [LoggerMessage(4106, LogLevel.Warning, "The silo {Silo} at {Address}:{Port} cannot be reached: {Reason}")]
    internal partial void CannotReach(string silo, string address, int port, string reason);

    [LoggerMessage(4107, LogLevel.Warning, "No silo answers; the seeds are tried each second. {Reasons}")]
    internal partial void NoSilo(string reasons);

    [LoggerMessage(4108, LogLevel.Information, "View {Version} with {Count} silos.")]
    internal partial void NewView(long version, int count);

    [LoggerMessage(4109, LogLevel.Error, "The listener failed, and goes on.")]
    internal partial void ListenerFailed(Exception failure);
}
