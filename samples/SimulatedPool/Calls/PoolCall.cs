using Microsoft.AspNetCore.Http;
using Sluice.SimulatedPool.Failures;
using Sluice.SimulatedPool.Records;

namespace Sluice.SimulatedPool.Calls;

/// <summary>One request of <c>/v1</c>, with what the pipeline knows of it.</summary>
/// <param name="Context">Where it came from and where the answer goes.</param>
/// <param name="Arrived">Timestamp of its arrival.</param>
/// <param name="Count">It in the pool's books.</param>
/// <param name="Recorded">What tests will see of it; null when nothing is recorded.</param>
internal sealed record PoolCall(HttpContext Context, long Arrived, CallCount Count, RecordedRequest? Recorded)
{
    /// <summary>How it is to go wrong. Set once, before the handler runs.</summary>
    public PoolFailure Failure { get; set; } = PoolFailure.None;

    /// <summary>Cancelled when the client hangs up or the pool stops.</summary>
    public CancellationToken Aborted => Context.RequestAborted;
}
