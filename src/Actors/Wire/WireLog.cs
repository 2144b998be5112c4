using Microsoft.Extensions.Logging;

namespace Sluice.Actors.Wire;

/// <summary>What the wire logs. Never an argument or a result of a call.</summary>
internal sealed partial class WireLog(ILogger logger)
{
    private readonly ILogger _logger = logger;

    [LoggerMessage(4301, LogLevel.Information, "This silo listens for the cluster on {EndPoint}.")]
    internal partial void Listening(string endPoint);

    [LoggerMessage(4302, LogLevel.Information, "Connected to {Peer} at {Address}:{Port}.")]
    internal partial void Connected(Peer peer, string address, int port);

    [LoggerMessage(4303, LogLevel.Information, "{Peer} has connected.")]
    internal partial void Accepted(Peer peer);

    [LoggerMessage(4304, LogLevel.Warning, "The connection to {Peer} was lost.")]
    internal partial void Lost(Peer peer, Exception? reason);

    [LoggerMessage(4310, LogLevel.Information, "The connection to {Peer} was closed: nothing is left to ask there.")]
    internal partial void Closed(Peer peer);

    [LoggerMessage(4311, LogLevel.Information, "{Peer} is connected no longer: {Reason}")]
    internal partial void Left(Peer peer, string reason);

    [LoggerMessage(4305, LogLevel.Warning, "{Address} was turned away: {Reason}")]
    internal partial void TurnedAway(string address, string reason);

    [LoggerMessage(4306, LogLevel.Warning, "The silo {Silo} at {Address}:{Port} cannot be reached: {Reason}")]
    internal partial void CannotReach(string silo, string address, int port, string reason);

    [LoggerMessage(4307, LogLevel.Warning, "No silo answers; the seeds are tried each second. {Reasons}")]
    internal partial void NoSilo(string reasons);

    [LoggerMessage(4308, LogLevel.Information, "View {Version} with {Count} silos.")]
    internal partial void NewView(long version, int count);

    [LoggerMessage(4312, LogLevel.Error,
        "{Files} have changed and cannot be used; what they held before is used until they can.")]
    internal partial void KeptOldFiles(string files, Exception failure);

    [LoggerMessage(4309, LogLevel.Error, "The listener failed, and goes on.")]
    internal partial void ListenerFailed(Exception failure);
}
