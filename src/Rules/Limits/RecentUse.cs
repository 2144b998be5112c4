namespace Sluice.Rules.Limits;

/// <summary>How much was used lately, to size what is reserved ahead. A hint: nothing exact rests on it.</summary>
/// <param name="SpanStart">When the running span began, on the owner's monotonic clock.</param>
/// <param name="Current">Units in the running span.</param>
/// <param name="Previous">Units in the span before it.</param>
public readonly record struct RecentUse(TimeSpan SpanStart, long Current, long Previous)
{
    /// <summary>Units in a whole span: the larger of the last one and the running one.</summary>
    public long PerSpan => Math.Max(Current, Previous);

    public RecentUse Add(long units, TimeSpan now) => Add(units, now, QuotaBlock.Span);

    /// <param name="units">0 or more.</param>
    /// <param name="now">The owner's monotonic time.</param>
    /// <param name="span">How long a span is, the same in every call.</param>
    public RecentUse Add(long units, TimeSpan now, TimeSpan span)
    {
        var spans = (now - SpanStart).Ticks / span.Ticks;
        return spans switch
        {
            <= 0 => this with { Current = Current + units },
            1 => new RecentUse(SpanStart + span, units, Current),
            _ => new RecentUse(now, units, 0),
        };
    }
}
