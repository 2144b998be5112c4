using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Usage;
using Sluice.Rules.Limits;

namespace Sluice.Grains.Clients;

/// <summary>A call that has ended, or a chunk that is spent no more, as its edge told it.</summary>
/// <param name="RequestId">The call; a sequence below 0 is a chunk.</param>
/// <param name="Slot">What it held; of a chunk its time alone.</param>
/// <param name="EndedAt">When it was told.</param>
/// <param name="Model">Empty when nobody knows.</param>
/// <param name="KeyVersion">0 when nobody knows.</param>
/// <param name="Completion">How a call ended; null for a chunk, and where its edge did not tell.</param>
/// <param name="Requests">What is charged; 1 or more.</param>
internal readonly record struct EndedUse(
    Rules.Limits.RequestId RequestId, Slot Slot, DateTimeOffset EndedAt, string Model, int KeyVersion,
    Completion? Completion, long Requests)
{
    /// <summary>What is logged of it: what the event that nobody will tell any more would have said.</summary>
    /// <param name="reserved">The event of a call that ended with its edge, as it was reserved.</param>
    public UsageEvent ToEvent(UsageEvent reserved) => Completion is { } ended
        ? reserved with
        {
            EndedAt = EndedAt,
            Model = Model.Length > 0 ? Model : reserved.Model,
            KeyVersion = KeyVersion > 0 ? KeyVersion : reserved.KeyVersion,
            Outcome = ended.IsStopped ? UsageOutcome.Stopped
                : ended.Certainty is UsageCertainty.Estimated ? UsageOutcome.UnknownAfterDispatch
                : UsageOutcome.Used,
            InputTokens = ended.InputTokens,
            OutputTokens = ended.OutputTokens,
            Images = ended.Certainty is UsageCertainty.NothingUsed ? 0 : reserved.Images,
            Pages = ended.Certainty is UsageCertainty.NothingUsed ? 0 : reserved.Pages,
        }
        : reserved with { EndedAt = EndedAt, Requests = Requests };
}
