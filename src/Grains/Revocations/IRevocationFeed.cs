using Sluice.Rules.Revocations;

namespace Sluice.Grains.Revocations;

/// <summary>
/// What this silo knows of revocations. It implements this over its database; grains know no database.
/// </summary>
public interface IRevocationFeed
{
    /// <summary>
    /// Answers when there is something new, or the database was asked since and has nothing; null when it does not
    /// answer within a fraction of a second.
    /// </summary>
    Task<FeedPage?> AnswerAsync(FeedQuestion question);
}
