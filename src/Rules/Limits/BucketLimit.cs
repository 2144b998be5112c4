namespace Sluice.Rules.Limits;

/// <summary>A rate: a burst at once, then so many per period, refilled continuously.</summary>
/// <param name="Capacity">Most tokens a bucket holds; 1 or more.</param>
/// <param name="Refill">Tokens added every <paramref name="Period"/>; 1 or more.</param>
/// <param name="Period">Longer than zero; <c>Capacity × Period.Ticks</c> stays below 2^62.</param>
public readonly record struct BucketLimit(long Capacity, long Refill, TimeSpan Period);
