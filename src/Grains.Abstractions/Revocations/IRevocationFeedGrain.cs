namespace Sluice.Grains.Abstractions.Revocations;

/// <summary>
/// Tells one edge what was revoked. The grain key is chosen by the edge, so that another key is most likely another
/// silo; every silo knows the same.
/// </summary>
[Alias("sluice.IRevocationFeedGrain")]
public interface IRevocationFeedGrain : IGrainWithStringKey
{
    /// <summary>
    /// Waits until there is something new or the database has said that there is not, a fraction of a second, and says
    /// so. Null: the database does not answer. May be repeated.
    /// </summary>
    [Alias("Follow"), AlwaysInterleave]
    Task<FeedAnswer?> Follow(FeedAsk ask);
}

/// <summary>What an edge asks of the feed.</summary>
/// <param name="After">The last entry that it has applied; 0 or more.</param>
/// <param name="Begins">True: it remembers nothing, so entries that are forgotten by now do not matter to it.</param>
[GenerateSerializer, Immutable, Alias("sluice.FeedAsk")]
public readonly record struct FeedAsk([property: Id(0)] long After, [property: Id(1)] bool Begins);

/// <summary>Everything that there is in a range of the sequence.</summary>
[GenerateSerializer, Immutable, Alias("sluice.FeedAnswer")]
public sealed record FeedAnswer
{
    /// <summary>What the question said to come after; 0 or more.</summary>
    [Id(0)] public required long Asked { get; init; }

    /// <summary>
    /// True: the edge missed entries that are forgotten by now, or the sequence began anew. What follows is everything
    /// from the beginning, and whatever the edge remembers is good no more.
    /// </summary>
    [Id(1)] public bool Restarts { get; init; }

    /// <summary>Up to and with which entry this is everything; 0 or more.</summary>
    [Id(2)] public required long Through { get; init; }

    /// <summary>
    /// When the database said that there is no more, as time from when the question arrived, below zero for before;
    /// null: there may be more.
    /// </summary>
    [Id(3)] public TimeSpan? ReadAfter { get; init; }

    /// <summary>At most 1 000, ascending; may be empty.</summary>
    [Id(4)] public FeedEntry[] Entries { get; init; } = [];
}

/// <summary>One entry of the feed.</summary>
/// <param name="Sequence">Its place; 1 or more, without gaps.</param>
/// <param name="Kind">
/// What it ends, as <c>RevocationKind</c> of the rules counts it; one that is not known is ignored.
/// </param>
/// <param name="Subject">Whose; never empty.</param>
/// <param name="Number">A version, a change or a time, by its kind; 0 or more.</param>
/// <param name="Lives">For how long from now on there may be anything at an edge that it ends; zero or more.</param>
[GenerateSerializer, Immutable, Alias("sluice.FeedEntry")]
public readonly record struct FeedEntry(
    [property: Id(0)] long Sequence,
    [property: Id(1)] int Kind,
    [property: Id(2)] string Subject,
    [property: Id(3)] long Number,
    [property: Id(4)] TimeSpan Lives);
