namespace Sluice.Rules.Limits;

/// <summary>
/// What was taken of one bucket lately, and when, so that a call which used less than it reserved is counted as if it
/// had reserved what it used: the debit is rewritten where it happened, and the level is worked out again from there.
/// Nothing comes back twice, because what was not used was never missing, and what refilled since is counted as it
/// would have been.
/// </summary>
/// <remarks>
/// One owner changes it in place. It reaches back as far as a call may hold its reservation, and has at most
/// <see cref="EntriesMax"/> entries: when there would be more, those of one bin become one, dated like the last of
/// them. A later date is the strict side, for less refills after it.
/// </remarks>
public sealed class DebitHistory
{
    public const int EntriesMax = 480;

    private static readonly TimeSpan BinMin = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan HoldMax = TimeSpan.FromDays(365);

    private readonly List<(TimeSpan At, long Credit)> _debits;

    // The bucket before the first debit, with what is out counted as if it were in: it is not spent yet.
    private TokenBucket _before;

    public DebitHistory() => _debits = [];

    private DebitHistory(DebitHistory from) => (_debits, _before) = ([.. from._debits], from._before);

    /// <summary>How many debits are remembered; a level is worked out again in as many additions.</summary>
    public int Count => _debits.Count;

    public DebitHistory Copy() => new(this);

    /// <summary>
    /// How long a reservation may be given back: as long as an empty bucket takes to fill, because by then every
    /// window that the call was admitted in has passed.
    /// </summary>
    public static TimeSpan HoldTime(BucketLimit limit)
    {
        var ticks = ((Int128)limit.Capacity * limit.Period.Ticks + limit.Refill - 1) / limit.Refill;
        return ticks < HoldMax.Ticks ? new TimeSpan((long)ticks) : HoldMax;
    }

    /// <summary>Takes tokens, and remembers when. Ask <see cref="TokenBucket.WaitFor"/> first.</summary>
    /// <param name="bucket">The bucket, as of now.</param>
    /// <param name="tokens">0 or more; below zero gives back.</param>
    /// <param name="limit">The bucket's limit.</param>
    public TokenBucket Take(TokenBucket bucket, long tokens, BucketLimit limit)
    {
        var taken = bucket.Take(tokens, limit);
        Remember(bucket, bucket.Credit - taken.Credit, limit);
        return taken;
    }

    /// <summary>
    /// Tokens that were out have been spent, some time before now: they leave the bucket now, which is the strict side.
    /// </summary>
    /// <param name="bucket">The bucket before they are settled, as of now.</param>
    /// <param name="held">Tokens that are out no more.</param>
    /// <param name="spent">Those of them, or more, that were spent.</param>
    /// <param name="limit">The bucket's limit.</param>
    public TokenBucket SettleOut(TokenBucket bucket, long held, long spent, BucketLimit limit)
    {
        var settled = bucket.Settle(held, spent, limit);
        Remember(bucket, bucket.Credit - settled.Credit + held * limit.Period.Ticks, limit);
        return settled;
    }

    /// <summary>
    /// Settles a call by what it used. What it did not use is as if it had never been taken; what it used beyond its
    /// reservation is a debt. After <see cref="HoldTime"/> nothing comes back, and the debt is one of today.
    /// </summary>
    /// <param name="bucket">The bucket, as of now.</param>
    /// <param name="reserved">What the call took by <see cref="Take"/>.</param>
    /// <param name="used">What it really used; 0 or more.</param>
    /// <param name="admitted">When it took it.</param>
    /// <param name="limit">The limit under which it took it.</param>
    public TokenBucket Settle(TokenBucket bucket, long reserved, long used, TimeSpan admitted, BucketLimit limit)
    {
        var now = bucket.AsOf;
        if (used == reserved)
        {
            return bucket;
        }

        var isLate = now - admitted >= HoldTime(limit);
        var at = IndexOf(admitted);
        if (isLate || at == _debits.Count || admitted < _before.AsOf)
        {
            return used > reserved
                ? Take(bucket, used - reserved, limit)
                : isLate ? bucket : Return(bucket, reserved - used, admitted, limit);
        }

        var (date, credit) = _debits[at];
        _debits[at] = (date, -TokenBucket.Less(-credit, used - reserved, limit));
        var level = LevelAt(bucket, limit);
        return used < reserved && level < bucket.Credit
            ? bucket // Entries that were joined are dated later than they happened: what was known is better.
            : bucket with { Credit = level };
    }

    /// <summary>
    /// Whether a debit can still be rewritten: it is not older than a reservation may be, and it was taken here.
    /// </summary>
    /// <param name="taken">When it was taken.</param>
    /// <param name="now">The bucket's moment.</param>
    /// <param name="limit">The bucket's limit.</param>
    public bool Knows(TimeSpan taken, TimeSpan now, BucketLimit limit) =>
        now - taken < HoldTime(limit) && taken >= _before.AsOf && IndexOf(taken) < _debits.Count;

    /// <summary>
    /// The debit itself is not known, because another owner took it: gives back what cannot have refilled meanwhile.
    /// </summary>
    private TokenBucket Return(TokenBucket bucket, long tokens, TimeSpan admitted, BucketLimit limit)
    {
        var returned = bucket.Refund(tokens, admitted, limit);
        Remember(bucket, bucket.Credit - returned.Credit, limit);
        return returned;
    }

    private long LevelAt(TokenBucket bucket, BucketLimit limit)
    {
        var level = _before;
        foreach (var (at, credit) in _debits)
        {
            level = Debited(level.At(at, limit), credit, limit);
        }

        return level.At(bucket.AsOf, limit).Credit - bucket.Out * limit.Period.Ticks;
    }

    private static TokenBucket Debited(TokenBucket level, long credit, BucketLimit limit) => level with
    {
        Credit = Math.Clamp(level.Credit - credit, -TokenBucket.DebtMax, limit.Capacity * limit.Period.Ticks),
    };

    private static long Sum(long credit, long more) => Math.Min(credit + more, TokenBucket.DebtMax);

    private void Remember(TokenBucket bucket, long credit, BucketLimit limit)
    {
        if (credit == 0)
        {
            return;
        }

        Forget(bucket.AsOf - HoldTime(limit), limit);
        if (_debits.Count == EntriesMax)
        {
            Join(limit);
        }

        if (_debits.Count == 0)
        {
            _before = bucket with { Credit = bucket.Credit + bucket.Out * limit.Period.Ticks, Out = 0 };
        }

        if (_debits.Count > 0 && _debits[^1].At == bucket.AsOf)
        {
            _debits[^1] = (bucket.AsOf, Sum(_debits[^1].Credit, credit));
        }
        else
        {
            _debits.Add((bucket.AsOf, credit));
        }
    }

    /// <summary>Debits that no call can settle any more become part of what was before.</summary>
    private void Forget(TimeSpan upTo, BucketLimit limit)
    {
        if (_debits.Count == 0 || _debits[0].At > upTo || (_debits.Count < EntriesMax && _debits[^1].At > upTo))
        {
            return; // Not before there are many: it moves all the others.
        }

        var settled = 0;
        while (settled < _debits.Count && _debits[settled].At <= upTo)
        {
            var (at, credit) = _debits[settled++];
            _before = Debited(_before.At(at, limit), credit, limit);
        }

        _debits.RemoveRange(0, settled);
    }

    /// <summary>As many bins as half of the entries, so that it is seldom done.</summary>
    private void Join(BucketLimit limit)
    {
        var bin = Math.Max(BinMin.Ticks, HoldTime(limit).Ticks / (EntriesMax / 2) + 1);
        var kept = 0;
        for (var i = 1; i < _debits.Count; i++)
        {
            var (at, credit) = _debits[i];
            if (at.Ticks / bin == _debits[kept].At.Ticks / bin)
            {
                _debits[kept] = (at, Sum(_debits[kept].Credit, credit));
            }
            else
            {
                _debits[++kept] = (at, credit);
            }
        }

        _debits.RemoveRange(kept + 1, _debits.Count - kept - 1);
    }

    /// <summary>The first entry that is not before this; a debit that was joined to later ones is in it.</summary>
    private int IndexOf(TimeSpan at)
    {
        var (from, to) = (0, _debits.Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = _debits[middle].At < at ? (middle + 1, to) : (from, middle);
        }

        return from;
    }
}
