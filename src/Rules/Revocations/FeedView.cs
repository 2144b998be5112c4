using System.Collections.Immutable;

namespace Sluice.Rules.Revocations;

/// <summary>What became of a page.</summary>
/// <param name="Applied">Entries that were not known before, ascending.</param>
/// <param name="Restarted">True: whatever the edge remembers is good no more.</param>
public readonly record struct FeedChange(ImmutableArray<Revocation> Applied, bool Restarted)
{
    public static readonly FeedChange None = new([], Restarted: false);
}

/// <summary>
/// What an edge knows of the feed. Pages may come in any order, more than once and from any silo; what is known never
/// becomes less before its time, unless the feed itself begins anew.
/// </summary>
/// <remarks>
/// An answer that nobody waits for any more must not be applied across a restart: its numbers are of another sequence.
/// </remarks>
public sealed record FeedView
{
    /// <summary>
    /// An edge that has not heard of the feed for so long spends no chunk: it asks the client's owner, which knows.
    /// </summary>
    public static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(1);

    /// <summary>And after so long it serves nobody by what it remembers, be the client's plan open or not.</summary>
    public static readonly TimeSpan OpenSilenceMax = TimeSpan.FromSeconds(30);

    /// <summary>An edge that begins.</summary>
    public static readonly FeedView Beginning = new();

    private FeedView()
    {
    }

    /// <summary>Every entry up to and with this one is applied; 0 or more.</summary>
    public long Through { get; private init; }

    /// <summary>
    /// Edge's monotonic time: whatever was durable by then is applied. Null until everything was heard once.
    /// </summary>
    public TimeSpan? HeardAt { get; private init; }

    /// <summary>For whoever asks on the path of a request.</summary>
    public RevocationSet Set { get; private init; } = RevocationSet.Empty;

    public FeedQuestion Question => new(Through, Begins: HeardAt is null);

    /// <summary>How many entries are known.</summary>
    public int Count => Known.Length;

    // With the edge's monotonic time from which each is of no interest any more.
    private ImmutableArray<(Revocation Entry, TimeSpan Until)> Known { get; init; } = [];

    private TimeSpan FirstUntil { get; init; } = TimeSpan.MaxValue;

    /// <summary>
    /// Whether the feed was heard so lately that the edge may go on by what it remembers: chunks with
    /// <see cref="SilenceMax"/>, verified keys of open plans with <see cref="OpenSilenceMax"/>.
    /// </summary>
    public bool IsHeardWithin(TimeSpan silence, TimeSpan now) => HeardAt is { } heard && now - heard < silence;

    /// <summary>Knows more, if the page says more.</summary>
    /// <param name="page">An answer.</param>
    /// <param name="asked">Edge's monotonic time before it sent the question.</param>
    /// <param name="now">And now.</param>
    /// <param name="change">What the edge has to do about it.</param>
    public FeedView Apply(FeedPage page, TimeSpan asked, TimeSpan now, out FeedChange change)
    {
        // With a gap before it, a page would make this edge believe that it knows what it does not; and so would one
        // for an edge that remembered nothing, to one that does by now: it says nothing of what is forgotten.
        if (page.Restarts ? page.Asked != Through : page.Asked > Through || (page.Begins && HeardAt is not null))
        {
            change = FeedChange.None;
            return this;
        }

        var from = page.Restarts ? 0 : Through;
        var applied = page.Entries.Where(entry => entry.Sequence > from).ToImmutableArray();

        // What was remembered before the first hearing may be older than anything that is still told.
        change = new FeedChange(applied, page.Restarts || HeardAt is null);
        var next = page.Restarts
            ? Beginning with { Through = page.Through }
            : this with { Through = Math.Max(Through, page.Through) };
        return next.Knowing(applied, now).Heard(asked + page.ReadAfter);
    }

    private FeedView Heard(TimeSpan? at) => at > (HeardAt ?? TimeSpan.MinValue) ? this with { HeardAt = at } : this;

    private FeedView Knowing(ImmutableArray<Revocation> applied, TimeSpan now)
    {
        if (applied.IsEmpty && now < FirstUntil)
        {
            return this; // Nearly always.
        }

        var known = Known
            .Where(entry => now < entry.Until)
            .Concat(applied.Select(entry => (Entry: entry, Until: now + entry.Lives)))
            .ToImmutableArray();
        return this with
        {
            Known = known,
            FirstUntil = known.IsEmpty ? TimeSpan.MaxValue : known.Min(entry => entry.Until),
            Set = known.IsEmpty ? RevocationSet.Empty : new RevocationSet(known.Select(entry => entry.Entry)),
        };
    }
}
