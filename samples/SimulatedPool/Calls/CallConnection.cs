using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Sluice.SimulatedPool.Calls;

/// <summary>
/// A connection that counts its call as over before it is closed. Kestrel closes the socket of a client that hung up
/// and tells the handler afterwards; a client that waits for the close, and then sends its next call on another
/// connection, would find the old one still counted.
/// </summary>
internal sealed class CallConnection : ConnectionContext
{
    private readonly ConnectionContext _inner;
    private CallCount? _call;

    public CallConnection(ConnectionContext inner)
    {
        _inner = inner;
        inner.Features.Set(this);
    }

    public override string ConnectionId
    {
        get => _inner.ConnectionId;
        set => _inner.ConnectionId = value;
    }

    public override IFeatureCollection Features => _inner.Features;

    public override IDictionary<object, object?> Items
    {
        get => _inner.Items;
        set => _inner.Items = value;
    }

    public override IDuplexPipe Transport
    {
        get => _inner.Transport;
        set => _inner.Transport = value;
    }

    public override CancellationToken ConnectionClosed
    {
        get => _inner.ConnectionClosed;
        set => _inner.ConnectionClosed = value;
    }

    public override EndPoint? LocalEndPoint
    {
        get => _inner.LocalEndPoint;
        set => _inner.LocalEndPoint = value;
    }

    public override EndPoint? RemoteEndPoint
    {
        get => _inner.RemoteEndPoint;
        set => _inner.RemoteEndPoint = value;
    }

    /// <summary>The call that is on this connection from now on; HTTP/1.1 has one at a time.</summary>
    public void Begin(CallCount call) => Volatile.Write(ref _call, call);

    public override void Abort(ConnectionAbortedException abortReason)
    {
        Volatile.Read(ref _call)?.End(CallOutcome.Aborted);
        _inner.Abort(abortReason);
    }

    public override async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync();
        await base.DisposeAsync();
    }
}
