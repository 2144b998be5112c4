using System.Collections.Immutable;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;

namespace Sluice.Grains.Clients;

/// <summary>What a client's quotas counted at one moment, and what calls from before have given back since.</summary>
/// <param name="at">The moment.</param>
/// <param name="utc">Calls of this activation admitted up to here are from before.</param>
/// <param name="quotas">The quotas of the policy.</param>
/// <param name="counts">Their counts.</param>
internal sealed class CountsAtCut(
    TimeSpan at, DateTimeOffset utc, ImmutableArray<CountLimit> quotas, ImmutableArray<Quota> counts)
{
    private readonly long[] _givenBack = new long[counts.Length];

    public DateTimeOffset Utc => utc;

    public ImmutableArray<CountLimit> Quotas => quotas;

    public ImmutableArray<Quota> Counts => counts;

    /// <summary>By how much the quota's count is lower by now because of calls from before.</summary>
    public long GivenBack(int quota) => _givenBack[quota];

    /// <summary>
    /// The moment of what happens after the cut: later than that by every clock, also when it happens at once or the
    /// calendar is set back. The log tells microseconds apart.
    /// </summary>
    public Moment After(Moment now)
    {
        var (firstElapsed, firstUtc) = (at + TimeSpan.FromTicks(1), utc + TimeSpan.FromMicroseconds(1));
        return new Moment(
            now.Elapsed > firstElapsed ? now.Elapsed : firstElapsed, now.Utc > firstUtc ? now.Utc : firstUtc);
    }

    /// <summary>Whether a call or chunk was counted at the cut; one whose time is not known was.</summary>
    public bool IsBefore(Moment? admitted) => admitted is not { } moment || moment.Elapsed <= at;

    /// <summary>Whether something counted at the cut is still out, so that it may still give back.</summary>
    public bool IsStillOut(ClientState client) =>
        client.Slots.Taken.Values.Any(slot => IsBefore(slot.Admitted))
        || client.Chunks.Out.Values.Any(chunk => IsBefore(chunk.Granted));

    /// <summary>Something from before has given back what it did not use, or took more.</summary>
    /// <param name="before">The counts before it did, at the same moment.</param>
    /// <param name="after">The counts after it did.</param>
    public void NoteGivenBack(Quota[] before, Quota[] after)
    {
        for (var i = 0; i < before.Length; i++)
        {
            if (before[i].Period == counts[i].Period && after[i].Period == counts[i].Period)
            {
                _givenBack[i] += before[i].Used - after[i].Used;
            }
        }
    }
}
