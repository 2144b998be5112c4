using Sluice.Edge.Calls;

namespace Sluice.Edge.Pools;

/// <summary>What works for a call at its pool. Disposing of it ends the work.</summary>
internal interface IPoolConnection : IDisposable
{
    /// <summary>The call's answer was read to its end: from here on it does not work for the call any more.</summary>
    void EndCall(ModelCall call);

    /// <summary>Ends the work for this call; nothing when it works for another by now, or for none.</summary>
    void StopCall(ModelCall call);
}
