namespace Sluice.Rules.Estimates;

/// <summary>The most tokens that a pool may answer with.</summary>
public static class OutputCap
{
    /// <summary>
    /// The cap of all answers to a request together; 0 when none is known, null when it is beyond a long.
    /// </summary>
    /// <param name="stated">The largest cap that the body states, for one answer; null when it states none.</param>
    /// <param name="modelMax">What the model answers at most when none is stated; 0 when nobody said.</param>
    /// <param name="answers">Answers to each prompt; 1 or more.</param>
    /// <param name="prompts">Prompts; 0 counts as one.</param>
    public static long? Of(long? stated, long modelMax, long answers, long prompts)
    {
        var ofPrompt = Times(stated ?? modelMax, answers);
        return ofPrompt is null ? null : Times(ofPrompt.Value, Math.Max(1, prompts));
    }

    private static long? Times(long tokens, long times) =>
        (Int128)tokens * times is var product && product <= long.MaxValue ? (long)product : null;
}
