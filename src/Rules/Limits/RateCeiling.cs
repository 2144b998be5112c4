namespace Sluice.Rules.Limits;

/// <summary>
/// What is stored of a rate: no more of it has been spent by then, and no more will be before more is stored. Counted
/// as a theoretical arrival time, it is that time's upper bound.
/// </summary>
/// <param name="Limit">The limit that the rest is counted in.</param>
/// <param name="Missing">
/// Tokens × the period's ticks that the bucket lacks of being full, counting all that is ahead or out as spent; 0 or
/// more.
/// </param>
/// <param name="Ahead">Tokens of those that were not spent when it was stored; 0 or more.</param>
/// <param name="Out">Tokens of those that chunks held then; 0 or more.</param>
public readonly record struct StoredRate(BucketLimit Limit, long Missing, long Ahead, long Out)
{
    /// <summary>False: no owner stores that, whoever wrote it.</summary>
    public bool IsPossible => Limit is { Capacity: > 0, Refill: > 0 }
        && Limit.Period > TimeSpan.Zero
        && (Int128)Limit.Capacity * Limit.Period.Ticks <= (Int128)2 * TokenBucket.DebtMax
        && Missing is >= 0 and <= 3 * TokenBucket.DebtMax
        && Ahead is >= 0 and <= LimitRules.AmountMax
        && Out is >= 0 and <= LimitRules.AmountMax;
}

/// <summary>How an owner begins with a rate.</summary>
/// <param name="Bucket">What it may spend, once it has stored that it does.</param>
/// <param name="Ceiling">Opens nothing yet.</param>
public readonly record struct RecoveredRate(TokenBucket Bucket, RateCeiling Ceiling);

/// <summary>
/// How far a rate may be spent before more of it is stored, so that a crash forgets nothing and an owner that does not
/// know it was replaced spends only what its successor counts as spent already.
/// </summary>
/// <param name="Floor">
/// Credit, as <see cref="TokenBucket"/> counts it, below which nothing may be taken. It rises as fast as a bucket
/// refills, so what is open never grows by waiting.
/// </param>
/// <param name="AsOf">Owner's monotonic time of the last rise.</param>
public readonly record struct RateCeiling(long Floor, TimeSpan AsOf)
{
    private const int AheadDivisor = 8;

    /// <summary>A rate of which nothing is stored: it may be spent as far as the bucket reaches.</summary>
    public static readonly RateCeiling None = new(long.MinValue, TimeSpan.Zero);

    public bool IsNone => Floor == long.MinValue;

    /// <summary>A rate of which nothing is open before something is stored.</summary>
    public static RateCeiling Closed(TokenBucket bucket) => new(bucket.Credit, bucket.AsOf);

    /// <summary>How many tokens to store ahead: an eighth of the capacity, at least one.</summary>
    public static long AheadOf(BucketLimit limit) => Math.Max(1, limit.Capacity / AheadDivisor);

    public RateCeiling At(TimeSpan now, BucketLimit limit)
    {
        if (IsNone || now <= AsOf)
        {
            return this;
        }

        var full = limit.Capacity * limit.Period.Ticks;
        if (Floor >= full)
        {
            return this with { AsOf = now };
        }

        var ticks = Math.Min((now - AsOf).Ticks, TokenBucket.DivideUp(full - Floor, limit.Refill));
        return new RateCeiling(Math.Min(full, Floor + ticks * limit.Refill), now);
    }

    /// <summary>Whether these tokens may be taken without storing more.</summary>
    /// <param name="bucket">The bucket, as of the same moment.</param>
    /// <param name="tokens">0 or more, at most the capacity.</param>
    /// <param name="limit">The bucket's limit.</param>
    public bool Covers(TokenBucket bucket, long tokens, BucketLimit limit) =>
        IsNone || tokens == 0 || bucket.Credit - tokens * limit.Period.Ticks >= Floor;

    /// <summary>Whole tokens that may be taken without storing more; no bound where nothing is stored.</summary>
    public long Open(TokenBucket bucket, BucketLimit limit) =>
        IsNone ? long.MaxValue : Math.Max(0, bucket.Credit - Floor) / limit.Period.Ticks;

    /// <summary>
    /// What to store so that these tokens fit and as many as <paramref name="ahead"/> after them; null when more than
    /// half as many are still open.
    /// </summary>
    /// <param name="bucket">The bucket, as of the same moment.</param>
    /// <param name="tokens">Tokens that must fit, at most the capacity; 0 to extend ahead of need.</param>
    /// <param name="ahead">Tokens to store beyond; 1 or more, see <see cref="AheadOf"/>.</param>
    /// <param name="limit">The bucket's limit.</param>
    public StoredRate? Next(TokenBucket bucket, long tokens, long ahead, BucketLimit limit)
    {
        var left = bucket.Credit - (Int128)tokens * limit.Period.Ticks;
        if (IsNone || left - Floor > (Int128)ahead * limit.Period.Ticks / 2)
        {
            return null;
        }

        var full = limit.Capacity * limit.Period.Ticks;
        var missing = Int128.Min(full - left + (Int128)ahead * limit.Period.Ticks, full + TokenBucket.DebtMax);
        return new StoredRate(limit, (long)missing, tokens + ahead, bucket.Out);
    }

    /// <summary>
    /// What an owner stores when it stops: what it has spent, and nothing ahead. It must spend nothing more.
    /// </summary>
    public static StoredRate Exact(TokenBucket bucket, BucketLimit limit)
    {
        var full = limit.Capacity * limit.Period.Ticks;
        return new StoredRate(
            limit, (long)Int128.Min((Int128)full - bucket.Credit, full + TokenBucket.DebtMax), 0, bucket.Out);
    }

    /// <summary>More has been stored; an answer that comes late never closes what is open.</summary>
    /// <param name="stored">What <see cref="Next"/> told to store, under the limit that is still in force.</param>
    /// <param name="asked">When it told so.</param>
    public RateCeiling Raised(StoredRate stored, TimeSpan asked)
    {
        if (IsNone)
        {
            return this;
        }

        var full = stored.Limit.Capacity * stored.Limit.Period.Ticks;
        var raised = new RateCeiling(full - stored.Missing, asked).At(AsOf, stored.Limit);
        return raised.Floor < Floor ? raised : this;
    }

    /// <summary>
    /// Tokens came back to the bucket. They are not open again before that is stored: what a successor counts as spent
    /// stays spent, whatever its predecessor learns later. It is the strict side.
    /// </summary>
    /// <param name="credit">What the bucket's credit grew by; 0 or more.</param>
    public RateCeiling WithReturned(long credit) => IsNone ? this : this with { Floor = Floor + credit };

    /// <summary>
    /// How an owner begins after one that stored this: all of it is spent. One that does not know that it was replaced
    /// goes on above the same floor, which rises as fast as this bucket does: what it has left and what is in this
    /// bucket are never more than one capacity together. A chunk may be spent for a while after it was taken; so where
    /// there may be one, this bucket is as the floor was so long ago.
    /// </summary>
    /// <param name="stored">What was stored last.</param>
    /// <param name="sinceStored">
    /// How long ago at least, by the clock of where it is stored; below zero counts as no time.
    /// </param>
    /// <param name="chunkTime">How long an edge may spend a chunk; zero where none are granted.</param>
    /// <param name="now">The new owner's monotonic time.</param>
    public static RecoveredRate Recovered(
        StoredRate stored, TimeSpan sinceStored, TimeSpan chunkTime, TimeSpan now)
    {
        var limit = stored.Limit;
        var full = limit.Capacity * limit.Period.Ticks;
        var elapsed = sinceStored > TimeSpan.Zero ? sinceStored : TimeSpan.Zero;
        elapsed -= stored.Ahead + stored.Out > 0 ? chunkTime : TimeSpan.Zero;
        var missing = stored.Missing - (Int128)elapsed.Ticks * limit.Refill;
        missing = Int128.Clamp(missing, 0, (Int128)full + TokenBucket.DebtMax);
        var bucket = new TokenBucket((long)(full - missing), 0, now);
        return new RecoveredRate(bucket, Closed(bucket));
    }

    /// <summary>The same under another limit: nothing is open before something is stored under that one.</summary>
    public RateCeiling Under(TokenBucket bucket) => IsNone ? this : Closed(bucket);
}
