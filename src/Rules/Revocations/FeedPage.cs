using System.Collections.Immutable;

namespace Sluice.Rules.Revocations;

/// <summary>What an edge asks of the feed: everything after this.</summary>
/// <param name="After">The last entry that it has applied; 0 or more.</param>
/// <param name="Begins">
/// True: it remembers nothing from before, so entries that were forgotten by now are of no interest to it.
/// </param>
public readonly record struct FeedQuestion(long After, bool Begins);

/// <summary>An answer to it: all that there is in a range of the sequence.</summary>
/// <param name="Asked">What the question said to come after.</param>
/// <param name="Begins">Whether it said that the edge remembers nothing: what is forgotten is then not missed.</param>
/// <param name="Restarts">
/// True: the edge missed entries that are forgotten by now, or the sequence began anew. What follows is everything from
/// the beginning; whatever the edge remembers is good no more.
/// </param>
/// <param name="Through">Up to and with which entry this is everything; below the asked one when it restarts.</param>
/// <param name="ReadAfter">
/// When the database said that there is no more than this, as time from when the question arrived; null: there may be
/// more.
/// </param>
/// <param name="Entries">Ascending.</param>
public sealed record FeedPage(
    long Asked, bool Begins, bool Restarts, long Through, TimeSpan? ReadAfter, ImmutableArray<Revocation> Entries);
