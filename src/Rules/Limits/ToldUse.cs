using System.Collections.Immutable;

namespace Sluice.Rules.Limits;

/// <summary>
/// What a running call was told to have used, once that is more than it reserved, and what its limits were charged for
/// it. Each of them has its own part: they begin, change and forget by themselves.
/// </summary>
/// <param name="InputTokens">Tokens of input told so far; 0 or more, and never less than before.</param>
/// <param name="OutputTokens">Tokens of output told so far; 0 or more, and never less than before.</param>
/// <param name="At">When it was told that it had used more than before.</param>
/// <param name="BookedUtc">Quotas were charged in the period of this moment, and in no other.</param>
/// <param name="Rates">What each rate was charged, by position.</param>
/// <param name="Quotas">What each quota was charged, by position.</param>
public sealed record ToldUse(
    long InputTokens, long OutputTokens, TimeSpan At, DateTimeOffset BookedUtc,
    ImmutableArray<BeyondUse> Rates, ImmutableArray<BeyondUse> Quotas)
{
    /// <summary>
    /// The same under other limits: what those were charged that go on is charged for good, because what they remember
    /// is begun anew. One that was not there was charged nothing.
    /// </summary>
    /// <param name="rates">The former position of each rate; below zero where there was none.</param>
    /// <param name="quotas">The former position of each quota.</param>
    public ToldUse Under(ImmutableArray<int> rates, ImmutableArray<int> quotas)
    {
        var (ofRates, ofQuotas) = (Rates, Quotas);
        return this with
        {
            Rates = [.. rates.Select(i => i < 0 ? default : ofRates[i].ForGood)],
            Quotas = [.. quotas.Select(i => i < 0 ? default : ofQuotas[i])],
        };
    }
}

/// <summary>What one limit was charged for what a running call used beyond its reservation.</summary>
/// <param name="Kept">Units charged for good: nothing knows any more where they were charged. 0 or more.</param>
/// <param name="Open">Units charged when it was told last, and charged anew by what is told next; 0 or more.</param>
public readonly record struct BeyondUse(long Kept, long Open)
{
    /// <summary>All of it, 0 or more.</summary>
    public long All => Kept + Open;

    /// <summary>The same where nothing can be charged anew.</summary>
    public BeyondUse ForGood => new(All, 0);
}
