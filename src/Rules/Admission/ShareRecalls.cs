using System.Collections.Immutable;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <summary>
/// Which shares a tenant has asked back because somebody was short, and since when. It is bounded in time: a client
/// that does not answer keeps its share until that is over, and nobody waits for it. One owner changes it in place.
/// </summary>
public sealed class ShareRecalls
{
    /// <summary>How long a call waits for shares that were asked back before it is refused.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<ChunkId, TimeSpan> _asked = [];
    private TimeSpan _restsUntil;

    /// <summary>
    /// False for a share's time after somebody was short: otherwise who returns a share would have the next one before
    /// whoever waits is asked again.
    /// </summary>
    public bool MayGrant(TimeSpan now) => now >= _restsUntil;

    /// <summary>Somebody is short of what shares may hold.</summary>
    /// <param name="shares">What is out.</param>
    /// <param name="now">The tenant's monotonic time.</param>
    /// <returns>Shares to ask back now, and whether any is waited for.</returns>
    public (ImmutableArray<ChunkId> Recall, bool Waits) SomebodyIsShort(Chunks shares, TimeSpan now)
    {
        _restsUntil = now + ShareRules.Ttl;
        foreach (var asked in _asked.Keys)
        {
            if (!shares.Out.ContainsKey(asked))
            {
                _asked.Remove(asked); // Which a dictionary allows while it is walked.
            }
        }

        // What is out to nobody in particular cannot be recalled.
        ImmutableArray<ChunkId> recall =
        [
            .. from id in shares.Out.Keys
               where id.EdgeSession != 0 && !_asked.ContainsKey(id)
               orderby id.EdgeSession, id.Number
               select id,
        ];
        foreach (var id in recall)
        {
            _asked[id] = now;
        }

        return (recall, _asked.Values.Any(asked => now - asked < Patience));
    }
}
