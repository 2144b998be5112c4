using Sluice.Rules.Limits;

namespace Sluice.Rules.Credentials;

/// <summary>
/// Holds back networks that send wrong credentials. It is no lock on a key, which nobody guesses in the life of the
/// universe: it keeps those who try from costing the silos a question each. One owner changes it in place, and locks
/// it.
/// </summary>
/// <remarks>
/// Networks are kept in two halves: when the younger is full, it takes the place of the older, which is forgotten. So
/// memory is bounded, and who guesses from that many networks is held back less.
/// </remarks>
/// <param name="limit">Wrong credentials that one network may send.</param>
/// <param name="prefixesMax">Networks of a half; 1 or more.</param>
public sealed class GuessLimit(BucketLimit limit, int prefixesMax)
{
    private Dictionary<AddressPrefix, TokenBucket> _young = [];
    private Dictionary<AddressPrefix, TokenBucket> _old = [];

    /// <summary>False: nobody is to wait, and nobody needs to be looked up.</summary>
    public bool HasAny => _young.Count > 0 || _old.Count > 0;

    /// <summary>
    /// How long a network has to wait until a credential of it is looked at that is not known to be right; zero when it
    /// need not. Those that are looked at already may pass the limit by as many as they are.
    /// </summary>
    /// <param name="prefix">The network.</param>
    /// <param name="now">Monotonic time of the owner.</param>
    public TimeSpan WaitOf(AddressPrefix prefix, TimeSpan now) =>
        TryFind(prefix, out var bucket) ? bucket.At(now, limit).WaitFor(1, limit) ?? limit.Period : TimeSpan.Zero;

    /// <summary>A network has sent a wrong credential.</summary>
    public void Guessed(AddressPrefix prefix, TimeSpan now)
    {
        var bucket = TryFind(prefix, out var found) ? found.At(now, limit) : TokenBucket.Full(limit, now);
        if (!_young.ContainsKey(prefix) && _young.Count >= prefixesMax)
        {
            (_old, _young) = (_young, []);
        }

        _old.Remove(prefix);

        // Without a debt: those that were under way together do not lengthen the wait.
        _young[prefix] = bucket.Remaining(limit) > 0 ? bucket.Take(1, limit) : bucket;
    }

    /// <summary>Forgets the networks that need not wait for anything; to be called now and then.</summary>
    public void Forget(TimeSpan now)
    {
        foreach (var half in (Dictionary<AddressPrefix, TokenBucket>[])[_young, _old])
        {
            foreach (var (prefix, bucket) in half)
            {
                if (bucket.At(now, limit).UntilFull(limit) == TimeSpan.Zero)
                {
                    half.Remove(prefix); // Removing while going through a dictionary is allowed.
                }
            }
        }
    }

    private bool TryFind(AddressPrefix prefix, out TokenBucket bucket) =>
        _young.TryGetValue(prefix, out bucket) || _old.TryGetValue(prefix, out bucket);
}
