namespace Sluice.Rules.Limits;

/// <summary>
/// Whether edges may hold the ends of calls back for a moment, to tell them along with the client's next request: half
/// the messages for a busy client. A slot whose end is held back counts as taken, so this never admits too much; the
/// rule here is that it never refuses anyone either.
/// </summary>
/// <param name="Until">
/// Until then, by the owner's monotonic clock, ends may be held back that an edge was allowed to. <c>default</c>: none.
/// </param>
public readonly record struct CompletionHold(TimeSpan Until)
{
    /// <summary>How long an edge may hold ends back, from before it sent the request whose answer said so.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromMilliseconds(10);

    /// <summary>How long what was sent in time may take to arrive.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(5);

    /// <summary>May ends be held back? Not where they would be missed: with more than half the slots taken.</summary>
    /// <param name="inUse">Slots taken; 0 or more.</param>
    /// <param name="limit">Slots there are; 1 or more.</param>
    public static bool IsHarmless(int inUse, long limit) => inUse <= limit / 2;

    /// <summary>From now on edges may have been allowed to hold ends back.</summary>
    public static CompletionHold AllowedAt(TimeSpan now) => new(now + Span + Slack);

    /// <summary>
    /// Slots may seem taken whose calls have ended: who finds none free is told to ask again, and is not refused.
    /// </summary>
    public bool MayHide(TimeSpan now) => now < Until;
}
