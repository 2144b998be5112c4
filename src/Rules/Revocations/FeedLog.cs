using System.Collections.Immutable;

namespace Sluice.Rules.Revocations;

/// <summary>One reading of the stored sequence, after an entry.</summary>
/// <param name="After">What was asked to come after.</param>
/// <param name="Last">The last entry that there is; 0 for none. Below what was asked: the sequence began anew.</param>
/// <param name="Horizon">Up to and with this, entries may have been forgotten; 0 or more.</param>
/// <param name="Entries">Those after what was asked, ascending: all, or as many as fit.</param>
/// <param name="IsWhole">False: there are more.</param>
public sealed record FeedReading(
    long After, long Last, long Horizon, ImmutableArray<Revocation> Entries, bool IsWhole);

/// <summary>
/// What a silo knows of the stored sequence, and answers edges with. It is read after its own end again and again, so
/// readings come in order.
/// </summary>
public sealed record FeedLog
{
    public static readonly FeedLog Beginning = new();

    private FeedLog()
    {
    }

    /// <summary>Every entry up to and with this one is known, but for those that were forgotten.</summary>
    public long Through { get; private init; }

    public long Horizon { get; private init; }

    /// <summary>
    /// Silo's monotonic time when the last reading began that found everything; null: there is more to read.
    /// </summary>
    public TimeSpan? ReadAt { get; private init; }

    private ImmutableArray<(Revocation Entry, TimeSpan Until)> Known { get; init; } = [];

    /// <summary>Adds a reading.</summary>
    /// <param name="reading">What was read after <see cref="Through"/>.</param>
    /// <param name="began">Silo's monotonic time before it was read.</param>
    /// <param name="now">And now.</param>
    public FeedLog Add(FeedReading reading, TimeSpan began, TimeSpan now)
    {
        if (reading.Last < Through)
        {
            return Beginning; // The database was put back to an earlier day. What is there is read from the beginning.
        }

        if (reading.After != Through)
        {
            return this; // Of a sequence that has begun anew since.
        }

        // What is forgotten here raises the horizon here, whether or not the database has forgotten it yet.
        var forgotten = Known.Where(known => now >= known.Until).Select(known => known.Entry.Sequence);
        return new FeedLog
        {
            Through = reading.IsWhole ? reading.Last : reading.Entries[^1].Sequence,
            Horizon = forgotten.Append(reading.Horizon).Append(Horizon).Max(),
            ReadAt = reading.IsWhole ? began : null,
            Known =
            [
                .. Known.Where(known => now < known.Until),
                .. reading.Entries.Select(entry => (entry, now + entry.Lives)),
            ],
        };
    }

    /// <summary>
    /// Whether a question is to be answered now: there is something to tell, or the database was asked since it came.
    /// Not at the same moment: an edge that another silo has told more would be taken for one that knows too much.
    /// </summary>
    public bool CanAnswer(FeedQuestion question, TimeSpan arrived) =>
        ReadAt is not null && (ReadAt > arrived || question.After < Through);

    /// <summary>Answers a question that can be answered.</summary>
    /// <param name="question">The question.</param>
    /// <param name="arrived">Silo's monotonic time when it came.</param>
    /// <param name="now">And now.</param>
    /// <param name="most">Entries in one answer; 1 or more.</param>
    public FeedPage Answer(FeedQuestion question, TimeSpan arrived, TimeSpan now, int most)
    {
        // An edge that knows more than there is has known another sequence: what it asked for was durable before.
        var restarts = question.After > Through || (!question.Begins && question.After < Horizon);
        var after = restarts ? 0 : question.After;
        var entries = Known
            .Where(known => known.Entry.Sequence > after)
            .Select(known => known.Entry with { Lives = known.Until > now ? known.Until - now : TimeSpan.Zero })
            .Take(most + 1)
            .ToImmutableArray();
        return entries.Length > most
            ? new FeedPage(question.After, question.Begins, restarts, entries[most - 1].Sequence, null, entries[..most])
            : new FeedPage(question.After, question.Begins, restarts, Through, ReadAt - arrived, entries);
    }
}
