using Sluice.Edge.Calls;
using Sluice.Edge.Usage;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Usage;

namespace Sluice.Edge.UsageLog;

/// <summary>What is logged of a call: what its client's grain charges, and never what was said.</summary>
internal static class UsageEvents
{
    /// <summary>An ended call.</summary>
    /// <param name="call">The call; it runs no more.</param>
    /// <param name="now">When it ended.</param>
    public static UsageEvent Of(ModelCall call, DateTimeOffset now)
    {
        var used = SettledUse.Of(call);
        var worked = used.Certainty is not UsageCertainty.NothingUsed;
        var decision = call.Decision ?? default;
        return new UsageEvent
        {
            RequestId = call.RequestId,
            ClientId = call.Caller.ClientId,
            Tenant = decision.Usage?.Tenant ?? "",
            Plan = decision.Usage?.Plan ?? "",
            KeyVersion = call.Caller.KeyVersion,
            Model = call.Body.Model,
            Endpoint = call.Endpoint,
            AdmittedAt = decision.AdmittedAt == default ? now : decision.AdmittedAt,
            EndedAt = now,
            Outcome = OutcomeOf(call, used.Certainty),
            Epoch = decision.Epoch,
            Requests = call.Dispatched ? 1 : 0,
            InputTokens = Math.Max(0, used.Input),
            OutputTokens = Math.Max(0, used.Output),
            Images = worked ? call.Body.Input.Images : 0,
            Pages = worked ? call.Body.Input.Pages : 0,
            Chunk = call.SpentOf?.Chunk.Id.Number ?? 0,
        };
    }

    /// <summary>
    /// A chunk that could not be given back: its calls have events of their own, and the rest of it was not used.
    /// </summary>
    public static UsageEvent OfChunk(string clientId, ReturnedChunk chunk, DateTimeOffset now) => new()
    {
        RequestId = new RequestId(chunk.EdgeSession, -chunk.Number),
        ClientId = clientId,
        AdmittedAt = now,
        EndedAt = now,
        Outcome = UsageOutcome.FailedBeforeDispatch,
    };

    private static UsageOutcome OutcomeOf(ModelCall call, UsageCertainty certainty) =>
        !call.Dispatched ? UsageOutcome.FailedBeforeDispatch
        : call.IsStopped ? UsageOutcome.Stopped
        : certainty is UsageCertainty.Estimated ? UsageOutcome.UnknownAfterDispatch
        : UsageOutcome.Used;
}
