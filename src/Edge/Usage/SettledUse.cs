using Sluice.Edge.Calls;
using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Edge.Usage;

/// <summary>
/// What an ended call used, and how surely that is known. Every way a call can end has such a figure.
/// </summary>
/// <param name="Certainty">How surely.</param>
/// <param name="Input">Tokens read; 0 or more.</param>
/// <param name="Output">Tokens answered, thinking included; 0 or more.</param>
internal readonly record struct SettledUse(UsageCertainty Certainty, long Input, long Output)
{
    /// <summary>What this call used.</summary>
    /// <remarks>
    /// A call that a pool worked on without saying what it used costs its whole input and what was seen of its answer:
    /// otherwise it would be cheaper to hang up than to hear the answer out.
    /// </remarks>
    public static SettledUse Of(ModelCall call)
    {
        if (!call.Dispatched || IsRefusal(call.PoolStatus))
        {
            return new SettledUse(UsageCertainty.NothingUsed, 0, 0);
        }

        return call.Usage != default
            ? new SettledUse(UsageCertainty.Reported, call.Usage.Input, call.Usage.Output)
            : new SettledUse(UsageCertainty.Estimated, call.Body.Input.Upper, call.Streamed.Tokens);
    }

    /// <summary>What the client's grain is told.</summary>
    public Completion ToCompletion(RequestId requestId, CompletionOutcome outcome) =>
        new(requestId, outcome) { InputTokens = Input, OutputTokens = Output, Certainty = Certainty };

    /// <summary>
    /// The pool said no before it worked: the request was wrong, the pool was full. After any other failure it may have
    /// worked.
    /// </summary>
    private static bool IsRefusal(int status) => status is (>= 400 and < 500 and not 408) or 503;
}
