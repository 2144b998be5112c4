namespace Sluice.Rules.Limits;

/// <summary>What becomes of the tokens when a limit changes.</summary>
public enum LimitChange
{
    /// <summary>They stay as they are, as far as they fit: nobody gains by changing plans to and fro.</summary>
    AsIs,

    /// <summary>The same part of the new capacity is there as of the old.</summary>
    Proportional,

    /// <summary>What the capacity grows by is there at once: an upgrade that should be felt.</summary>
    Additive,
}

/// <summary>
/// A token bucket in whole numbers. Credit is tokens times the period's ticks: every tick adds <c>Refill</c>, every
/// token costs a period, so nothing is ever rounded. <c>default</c> is an empty bucket, the safe thing to be.
/// </summary>
/// <param name="Credit">Tokens × <c>Period.Ticks</c>; below zero is a debt that refills first.</param>
/// <param name="Out">
/// Tokens held by running calls. They leave no room to refill: otherwise a call that returns unused tokens would return
/// what has refilled meanwhile, and one window could pass twice the capacity.
/// </param>
/// <param name="AsOf">Owner's monotonic time of the last refill.</param>
public readonly record struct TokenBucket(long Credit, long Out, TimeSpan AsOf)
{
    // A debt ends here, however much a call used beyond its reservation: no sum with what refills overflows.
    internal const long DebtMax = 1L << 61;

    public static TokenBucket Full(BucketLimit limit, TimeSpan now) => new(limit.Capacity * limit.Period.Ticks, 0, now);

    /// <summary>Whole tokens that can be taken now; 0 in debt.</summary>
    public long Remaining(BucketLimit limit) => Math.Max(0, Credit) / limit.Period.Ticks;

    /// <summary>The bucket at <paramref name="now"/>; an earlier time than last time changes nothing.</summary>
    public TokenBucket At(TimeSpan now, BucketLimit limit)
    {
        if (now <= AsOf)
        {
            return this;
        }

        var ceiling = (limit.Capacity - Out) * limit.Period.Ticks;
        if (Credit >= ceiling)
        {
            return this with { AsOf = now };
        }

        var ticksToCeiling = DivideUp(ceiling - Credit, limit.Refill);
        var ticks = Math.Min((now - AsOf).Ticks, ticksToCeiling); // Bounded first, so the product cannot overflow.
        return this with { Credit = Math.Min(Credit + ticks * limit.Refill, ceiling), AsOf = now };
    }

    /// <summary>
    /// How long until <paramref name="tokens"/> can be taken: zero is now, null is not before a running call ends.
    /// </summary>
    /// <remarks>Requires <c>tokens &lt;= limit.Capacity</c>; more can never be taken.</remarks>
    public TimeSpan? WaitFor(long tokens, BucketLimit limit)
    {
        var missing = tokens * limit.Period.Ticks - Credit;
        if (missing <= 0)
        {
            return TimeSpan.Zero;
        }

        return tokens <= limit.Capacity - Out ? new TimeSpan(DivideUp(missing, limit.Refill)) : null;
    }

    /// <summary>How long until the bucket is full, if nothing else happens; zero when it is.</summary>
    public TimeSpan UntilFull(BucketLimit limit) =>
        new(DivideUp(Math.Max(0, (limit.Capacity - Out) * limit.Period.Ticks - Credit), limit.Refill));

    /// <summary>Takes tokens for good. Ask <see cref="WaitFor"/> first: this goes into debt without a word.</summary>
    public TokenBucket Take(long tokens, BucketLimit limit) => this with { Credit = Less(Credit, tokens, limit) };

    /// <summary>
    /// Undoes a <see cref="Take"/> whose call never happened: gives back what it took, less what could refill in its
    /// place meanwhile. Had the call not been asked for, a full bucket would have gained nothing in that time; giving
    /// back all of it would let one window pass the refilled tokens and the returned ones.
    /// </summary>
    /// <param name="tokens">What the call took; at most the capacity.</param>
    /// <param name="taken">When it took them; not after <see cref="AsOf"/>.</param>
    /// <param name="limit">The limit under which it took them.</param>
    public TokenBucket Refund(long tokens, TimeSpan taken, BucketLimit limit)
    {
        var took = tokens * limit.Period.Ticks;
        var ticks = Math.Min((AsOf - taken).Ticks, DivideUp(took, limit.Refill)); // Bounded first, as in At.
        var returned = Math.Max(0, took - ticks * limit.Refill);
        var ceiling = (limit.Capacity - Out) * limit.Period.Ticks;
        return this with { Credit = Math.Max(Credit, Math.Min(Credit + returned, ceiling)) };
    }

    /// <summary>Takes tokens that may come back: see <see cref="Settle"/>.</summary>
    public TokenBucket Reserve(long tokens, BucketLimit limit) =>
        this with { Credit = Credit - tokens * limit.Period.Ticks, Out = Out + tokens };

    /// <summary>Ends a reservation: unused tokens come back, use beyond it becomes a debt.</summary>
    public TokenBucket Settle(long reserved, long used, BucketLimit limit) =>
        this with { Credit = Less(Credit, used - reserved, limit), Out = Out - reserved };

    /// <summary>
    /// The bucket under another limit. As it is, a change of plan neither gives nor takes tokens, but for what the new
    /// capacity cannot hold. A part of a token that the new period cannot express is lost, never gained.
    /// </summary>
    public TokenBucket Under(BucketLimit now, BucketLimit before, LimitChange change = LimitChange.AsIs)
    {
        var (over, under) = change is LimitChange.Proportional ? (now.Capacity, before.Capacity) : (1, 1);
        var added = change is LimitChange.Additive ? Math.Max(0, now.Capacity - before.Capacity) : 0;

        // In parts of a token that both periods can express, so that nothing is rounded twice.
        var credit = (Int128)Credit * over + (Int128)added * before.Period.Ticks * under;
        credit = DivideDown(credit, (Int128)under * before.Period.Ticks, now.Period.Ticks);
        return this with
        {
            Credit = (long)Int128.Clamp(credit, -DebtMax, (Int128)(now.Capacity - Out) * now.Period.Ticks),
        };
    }

    /// <summary>Credit less tokens; below zero tokens add. Never more than the largest debt below zero.</summary>
    internal static long Less(long credit, long tokens, BucketLimit limit) =>
        (long)Int128.Max(credit - (Int128)tokens * limit.Period.Ticks, -DebtMax);

    internal static long DivideUp(long dividend, long divisor) => (dividend + divisor - 1) / divisor;

    /// <summary>Dividend / divisor × factor, rounded down, without the product that might overflow.</summary>
    private static Int128 DivideDown(Int128 dividend, Int128 divisor, long factor)
    {
        var (whole, rest) = Int128.DivRem(dividend, divisor);
        (whole, rest) = rest < 0 ? (whole - 1, rest + divisor) : (whole, rest);
        return whole * factor + rest * factor / divisor;
    }
}
