using Sluice.Grains.Abstractions.Revocations;
using Sluice.Rules.Revocations;

namespace Sluice.Grains.Revocations;

/// <summary>Between one edge, which has no database, and what its silo knows of revocations.</summary>
internal sealed class RevocationFeedGrain(IRevocationFeed feed) : Grain, IRevocationFeedGrain
{
    public async Task<FeedAnswer?> Follow(FeedAsk ask) =>
        await feed.AnswerAsync(new FeedQuestion(ask.After, ask.Begins)) is { } page
            ? new FeedAnswer
            {
                Asked = page.Asked,
                Restarts = page.Restarts,
                Through = page.Through,
                ReadAfter = page.ReadAfter,
                Entries = [.. page.Entries.Select(entry => new FeedEntry(
                    entry.Sequence, (int)entry.Kind, entry.Subject, entry.Number, entry.Lives))],
            }
            : null;
}
