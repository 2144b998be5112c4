namespace Sluice.Rules.Limits;

/// <summary>
/// What edges have spent of one client without its owner, as the owner takes it. An edge tells totals that only grow,
/// and what of them it knows an owner has taken. Of a session that is known here the most that was ever told counts, so
/// what is told twice, late or out of order is taken once; of one that is not, what it says that an owner has taken.
/// </summary>
/// <remarks>
/// One case is taken twice: an owner takes a debt, its answer is lost, and it ends before the edge tells again. That is
/// the strict side.
/// </remarks>
public sealed class DegradedDebts
{
    /// <summary>Sessions kept. What is forgotten of an older one is in what that edge tells as taken.</summary>
    public const int SessionsMax = 256;

    private readonly SortedDictionary<long, DegradedUse> _taken = [];

    /// <summary>How many edge sessions are kept.</summary>
    public int Sessions => _taken.Count;

    /// <summary>Takes what is new.</summary>
    /// <param name="edgeSession">The edge session that tells.</param>
    /// <param name="total">All that it has spent of this client without its owner.</param>
    /// <param name="taken">Of that, what owners have taken as far as the edge knows.</param>
    /// <returns>What is to be debited now.</returns>
    public DegradedUse Take(long edgeSession, DegradedUse total, DegradedUse taken)
    {
        total = total.Bounded();
        var known = _taken.GetValueOrDefault(edgeSession).OrMore(taken.Bounded());
        _taken[edgeSession] = known.OrMore(total);
        if (_taken.Count > SessionsMax)
        {
            _taken.Remove(_taken.Keys.First(session => session != edgeSession)); // The oldest: sessions only grow.
        }

        return total.Beyond(known);
    }
}
