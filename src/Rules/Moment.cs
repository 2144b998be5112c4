namespace Sluice.Rules;

/// <summary>One reading of both clocks, so that a rule cannot take the wrong one.</summary>
/// <param name="Elapsed">
/// Monotonic time since the owner began, for rates, slots and deadlines. It never jumps; it means nothing to anyone
/// else.
/// </param>
/// <param name="Utc">Calendar time, for quotas and the ends of keys.</param>
public readonly record struct Moment(TimeSpan Elapsed, DateTimeOffset Utc);
