using Sluice.Edge.Revocations;
using Sluice.Rules.Revocations;

namespace Sluice.Unit.Edge.Revocations;

/// <summary>What a test lets an edge hear of the feed.</summary>
internal static class FeedPages
{
    /// <summary>Everything was heard just now, these news and no others.</summary>
    public static FeedChange Hear(
        this RevocationFeed feed, params (RevocationKind Kind, string Subject, long Number)[] news)
    {
        var through = feed.View.Through;
        return feed.Apply(
            new FeedPage(
                through, feed.View.Question.Begins, Restarts: false, through + news.Length, TimeSpan.Zero,
                [
                    .. news.Select((entry, i) => new Revocation(
                        through + i + 1, entry.Kind, entry.Subject, entry.Number, Revocation.MemoryLives)),
                ]),
            feed.Now);
    }
}
