namespace Sluice.Rules.Limits;

/// <summary>What a plan allows an edge that cannot reach a client's owner.</summary>
/// <param name="IsOpen">False: nothing; every request is refused until the owner answers.</param>
/// <param name="RateTime">Of how much time the client's rate may be spent without asking, over all edges.</param>
/// <param name="VerifiedMax">How long ago the key was verified, at most.</param>
/// <param name="Grace">How long after the first failure, at most; nothing re-arms the budget within that time.</param>
public readonly record struct DegradedPlan(bool IsOpen, TimeSpan RateTime, TimeSpan VerifiedMax, TimeSpan Grace)
{
    /// <summary>No plan may name more: it is what a revocation takes effect within, at the latest.</summary>
    public static readonly TimeSpan VerifiedLongest = TimeSpan.FromSeconds(60);

    /// <summary>No plan may name more: longer than this nobody is served without being decided on.</summary>
    public static readonly TimeSpan GraceLongest = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan RateTimeLongest = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    /// <summary>What a plan that says no more than "open" allows.</summary>
    public static readonly DegradedPlan Default =
        new(IsOpen: true, TimeSpan.FromSeconds(2), VerifiedLongest, GraceLongest);

    /// <summary>What a plan allows that says nothing: its limits hold whatever is out of reach.</summary>
    public static readonly DegradedPlan Closed = Default with { IsOpen = false };

    /// <summary>Tokens that one edge may spend in one outage; rounded down, so small rates give nothing.</summary>
    /// <param name="limit">The rate.</param>
    /// <param name="liveEdges">Edges that share it; 1 or more.</param>
    public long BudgetOf(BucketLimit limit, int liveEdges) => (long)Int128.Min(
        limit.Capacity, (Int128)limit.Refill * RateTime.Ticks / limit.Period.Ticks / liveEdges);

    /// <summary>Calls that one edge may run at once in an outage, those that run already among them.</summary>
    /// <param name="slots">The limit on calls at once.</param>
    /// <param name="liveEdges">Edges that share it; 1 or more.</param>
    public static long SlotsOf(long slots, int liveEdges) => slots / liveEdges;

    /// <summary>
    /// Every mistake, each a sentence that begins with its place; empty when the plan can be kept.
    /// </summary>
    public IReadOnlyList<string> Mistakes()
    {
        var mistakes = new List<string>();
        AddMistake("rateTime", RateTime, RateTimeLongest, mistakes);
        AddMistake("grace", Grace, GraceLongest, mistakes);
        AddMistake("verifiedWithin", VerifiedMax, VerifiedLongest, mistakes);
        return mistakes;
    }

    private static void AddMistake(string member, TimeSpan time, TimeSpan longest, List<string> mistakes)
    {
        if (time < Shortest || time > longest)
        {
            mistakes.Add($"degraded.{member}: must be 1ms to {longest.TotalSeconds:0}s.");
        }
    }
}
