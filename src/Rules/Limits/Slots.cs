using System.Collections.Immutable;

namespace Sluice.Rules.Limits;

/// <summary>Names one model call: the edge session that took it in and that session's counter.</summary>
/// <param name="EdgeSession">1 or more.</param>
/// <param name="Sequence">1 or more, counted within the session.</param>
public readonly record struct RequestId(long EdgeSession, long Sequence);

/// <param name="Deadline">Owner's monotonic time at which the slot is taken back unless it was renewed.</param>
/// <param name="Admitted">
/// When it was granted, which tells what can be given back of what its call took; null when the limits have changed
/// since, so that nothing can.
/// </param>
public readonly record struct Slot(TimeSpan Deadline, Moment? Admitted);

/// <summary>
/// The concurrency slots of one client, by the request that holds each. A slot is a lease: a lost completion costs
/// time, not a slot.
/// </summary>
public sealed record Slots(ImmutableDictionary<RequestId, Slot> Taken)
{
    public static readonly Slots AllFree = new(ImmutableDictionary<RequestId, Slot>.Empty);

    /// <summary>
    /// No deadline of a taken slot is before this; <see cref="TimeSpan.MaxValue"/> when all are free.
    /// </summary>
    public TimeSpan EarliestDeadline { get; private init; } = TimeSpan.MaxValue;

    public int InUse => Taken.Count;

    public Slots Take(RequestId requestId, Slot slot) => this with
    {
        Taken = Taken.SetItem(requestId, slot),
        EarliestDeadline = slot.Deadline < EarliestDeadline ? slot.Deadline : EarliestDeadline,
    };

    /// <summary>Frees one slot; a request that holds none changes nothing, least of all another's slot.</summary>
    public Slots Free(RequestId requestId)
    {
        var left = Taken.Remove(requestId);
        return ReferenceEquals(left, Taken) ? this : this with { Taken = left };
    }

    /// <summary>Takes back what nobody renewed in time.</summary>
    public Slots At(TimeSpan now)
    {
        if (now < EarliestDeadline)
        {
            return this; // The usual case, on every request: nothing to look through.
        }

        return Of(Taken.RemoveRange(Taken.Where(slot => slot.Value.Deadline <= now).Select(slot => slot.Key)));
    }

    /// <summary>
    /// Believes an edge's report of what it is running: those slots get a new deadline, and its other slots are free,
    /// but for the ones granted after it took the report.
    /// </summary>
    public Slots Renew(long edgeSession, long upToSequence, IReadOnlySet<long> running, TimeSpan deadline)
    {
        var taken = Taken.ToBuilder();
        foreach (var (requestId, slot) in Taken)
        {
            if (requestId.EdgeSession != edgeSession)
            {
                continue;
            }

            if (running.Contains(requestId.Sequence))
            {
                taken[requestId] = slot with { Deadline = deadline };
            }
            else if (requestId.Sequence <= upToSequence)
            {
                taken.Remove(requestId);
            }
        }

        return Of(taken.ToImmutable());
    }

    /// <summary>Frees every slot of an edge that is gone, and no other's.</summary>
    public Slots FreeAllOf(long edgeSession) =>
        Of(Taken.RemoveRange(Taken.Keys.Where(requestId => requestId.EdgeSession == edgeSession)));

    /// <summary>The same slots, whose calls give nothing back: what they took was taken under other limits.</summary>
    public Slots WithoutRefunds() => this with
    {
        Taken = Taken.ToImmutableDictionary(slot => slot.Key, slot => slot.Value with { Admitted = null }),
    };

    private static Slots Of(ImmutableDictionary<RequestId, Slot> taken) => new(taken)
    {
        EarliestDeadline = taken.IsEmpty ? TimeSpan.MaxValue : taken.Values.Min(slot => slot.Deadline),
    };
}
