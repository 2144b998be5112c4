namespace Sluice.Silo.Configuration;

/// <summary>
/// A limit as an operator writes it, member by member; null is a member that is left out. <c>rate</c> and <c>quota</c>
/// say in one text what <c>kind</c>, <c>amount</c>, <c>unit</c>, <c>burst</c>, <c>period</c> and <c>calendar</c> say
/// apart.
/// </summary>
internal sealed record WrittenLimit
{
    public string? Name { get; init; }

    public string? Kind { get; init; }

    public long? Amount { get; init; }

    public string? Unit { get; init; }

    public long? Burst { get; init; }

    public string? Period { get; init; }

    public string? Calendar { get; init; }

    public string? Rate { get; init; }

    public string? Quota { get; init; }
}
