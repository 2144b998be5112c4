using Sluice.Actors.Hosting;

namespace Sluice.Actors.Wire;

/// <summary>How the processes of a cluster reach each other. A simulation puts its own in the place of TCP.</summary>
internal interface IClusterNetwork
{
    /// <summary>All addresses that a host name stands for; at least one.</summary>
    Task<IReadOnlyList<string>> ResolveAsync(string host);

    /// <summary>Makes a connection; the caller disposes the stream.</summary>
    Task<Stream> ConnectAsync(string address, int port, CancellationToken cancellation);

    /// <summary>Takes the port; nobody is let in yet.</summary>
    /// <exception cref="ActorConfigurationException">The address cannot be listened on.</exception>
    IClusterListener Listen(string address, int port);
}

/// <summary>A port that is listened on, until it is disposed.</summary>
internal interface IClusterListener : IDisposable
{
    /// <summary>The port, also when any free one was asked for.</summary>
    int Port { get; }

    /// <summary>Address and port, for people.</summary>
    string EndPoint { get; }

    /// <summary>The next one who connects. It has said nothing yet.</summary>
    Task<Caller> AcceptAsync(CancellationToken cancellation);
}

/// <param name="Stream">To and from who has connected; whoever takes it disposes it.</param>
/// <param name="Address">Where that one is, for people.</param>
internal readonly record struct Caller(Stream Stream, string Address);
