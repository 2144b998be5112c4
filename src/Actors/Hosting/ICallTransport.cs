namespace Sluice.Actors.Hosting;

/// <summary>A call on its way, as a transport sees it.</summary>
public interface ITransportCall
{
    /// <summary>The called grain.</summary>
    GrainId Target { get; }

    /// <summary>The full name of the grain interface.</summary>
    string InterfaceName { get; }

    string MethodName { get; }

    /// <summary>Nobody waits for an answer.</summary>
    bool OneWay { get; }

    /// <summary>Ends the call without running it.</summary>
    void Fail(Exception exception);
}

/// <summary>
/// Carries calls between hosts. A transport that takes a call ends it exactly once: by <see cref="ActorHost.Deliver"/>
/// on some host of this process, now or later, or by <see cref="ITransportCall.Fail"/>. Until then the call's
/// deadline is the transport's business.
/// </summary>
public interface ICallTransport
{
    /// <summary>False: the call is run by the host that asks. Called by any thread, and must not wait.</summary>
    bool TryTake(ITransportCall sent);
}
