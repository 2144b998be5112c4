using System.Runtime.InteropServices;

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
/// <param name="Reserved">What the call was expected to cost when it was admitted.</param>
public readonly record struct Slot(TimeSpan Deadline, Moment? Admitted, Costs Reserved = default)
{
    /// <summary>What its call was told to have used beyond its reservation so far; null when nothing was.</summary>
    public ToldUse? Told { get; init; }

    /// <summary>
    /// What is counted of its call while it runs: of input and of output what it reserved, or what it was told to have
    /// used where that is more.
    /// </summary>
    public Costs Counted => Told is { } told
        ? Reserved with
        {
            InputTokens = Math.Max(Reserved.InputTokens, told.InputTokens),
            OutputTokens = Math.Max(Reserved.OutputTokens, told.OutputTokens),
        }
        : Reserved;
}

/// <summary>
/// The concurrency slots of one client, by the request that holds each. A slot is a lease: a lost completion costs
/// time, not a slot. One owner changes it in place, because it is asked on every request.
/// </summary>
public sealed class Slots
{
    private readonly Dictionary<RequestId, Slot> _taken;

    public Slots() => _taken = [];

    private Slots(Slots from)
    {
        _taken = new Dictionary<RequestId, Slot>(from._taken);
        EarliestDeadline = from.EarliestDeadline;
        Ceilings = from.Ceilings?.Copy();
        Recovery = from.Recovery?.Copy();
        Lost = from.Lost;
    }

    public IReadOnlyDictionary<RequestId, Slot> Taken => _taken;

    /// <summary>
    /// No deadline of a taken slot is before this; <see cref="TimeSpan.MaxValue"/> when all are free.
    /// </summary>
    public TimeSpan EarliestDeadline { get; private set; } = TimeSpan.MaxValue;

    public int InUse => _taken.Count;

    /// <summary>
    /// Slots of calls that a limit of this scope counts; a call of which nothing is known may be one. It looks through
    /// all of them, where there is a scope.
    /// </summary>
    public int InUseOf(LimitScope? scope)
    {
        if (scope is null)
        {
            return InUse;
        }

        var inUse = 0;
        foreach (var slot in _taken.Values)
        {
            inUse += slot.Reserved.Call is not { } call || scope.Includes(call) ? 1 : 0;
        }

        return inUse;
    }

    /// <summary>How many each edge may hold before more is stored; null where nothing is stored.</summary>
    public SlotCeilings? Ceilings { get; init; }

    /// <summary>Hears of slots that nobody renewed; null when nobody wants to know.</summary>
    public LostUse? Lost { get; set; }

    /// <summary>What edges may hold that have not told; null when all is known.</summary>
    public SlotRecovery? Recovery { get; private set; }

    /// <summary>Slots that edges may hold which have not told since this owner began.</summary>
    public int Unheard => Recovery?.Unheard ?? 0;

    /// <summary>An owner that begins after a crash, and knows what is stored for each edge session.</summary>
    /// <param name="stored">What is stored.</param>
    /// <param name="until">Owner's monotonic time when a slot that was granted before is over.</param>
    /// <param name="hearsAll">
    /// True: no limit counts calls at once, so nothing is stored for sessions, and any one may have calls to tell of.
    /// </param>
    public static Slots Recovering(
        IReadOnlyCollection<StoredSlots> stored, TimeSpan until, bool hearsAll = false)
    {
        var ceilings = new SlotCeilings();
        foreach (var session in stored)
        {
            ceilings.Stored(session, until);
        }

        return new Slots { Ceilings = ceilings, Recovery = new SlotRecovery(stored, until, hearsAll) };
    }

    /// <summary>The same where the owner before has told all it knew: nothing is unheard.</summary>
    public Slots AllHeard()
    {
        var slots = Copy();
        slots.Recovery = null;
        return slots;
    }

    /// <summary>Whether this edge may hold one more without storing more.</summary>
    public bool Covers(long edgeSession) =>
        Ceilings?.Covers(edgeSession, Recovery?.UnheardOf(edgeSession) ?? 0) ?? true;

    /// <summary>What to store next for this edge; null for nothing. See <see cref="SlotCeilings"/>.</summary>
    /// <param name="edgeSession">The edge's session.</param>
    /// <param name="most">Slots that all edges may hold together: more is never needed.</param>
    public StoredSlots? NextStored(long edgeSession, int most = int.MaxValue) =>
        Ceilings?.Next(edgeSession, Recovery?.UnheardOf(edgeSession) ?? 0, most);

    public Slots Copy() => new(this);

    /// <summary>A copy for a call that comes from no edge: what is stored for edges is none of its matter.</summary>
    internal Slots ForNoEdge() => new(this) { Ceilings = null, Lost = null };

    public void Take(RequestId requestId, Slot slot)
    {
        if (!_taken.ContainsKey(requestId))
        {
            Ceilings?.Change(requestId.EdgeSession, 1);
        }

        Ceilings?.HeardOf(requestId.EdgeSession, slot.Deadline);
        _taken[requestId] = slot;
        EarliestDeadline = slot.Deadline < EarliestDeadline ? slot.Deadline : EarliestDeadline;
    }

    /// <summary>Gives one slot a later deadline; a request that holds none changes nothing.</summary>
    public void Extend(RequestId requestId, TimeSpan deadline)
    {
        ref var slot = ref CollectionsMarshal.GetValueRefOrNullRef(_taken, requestId);
        if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref slot) && slot.Deadline < deadline)
        {
            slot = slot with { Deadline = deadline };
            Ceilings?.HeardOf(requestId.EdgeSession, deadline);
        }
    }

    /// <summary>Frees one slot; a request that holds none changes nothing, least of all another's slot.</summary>
    /// <returns>Whether it held one.</returns>
    public bool Free(RequestId requestId)
    {
        if (!_taken.Remove(requestId))
        {
            return false;
        }

        Ceilings?.Change(requestId.EdgeSession, -1);
        return true;
    }

    /// <summary>Takes back what nobody renewed in time.</summary>
    public void MoveTo(TimeSpan now)
    {
        if (Recovery is { } recovery && recovery.IsOver(now))
        {
            Recovery = null;
        }

        if (now < EarliestDeadline)
        {
            return; // The usual case, on every request: nothing to look through.
        }

        foreach (var (requestId, slot) in _taken)
        {
            if (slot.Deadline <= now)
            {
                Lost?.Add(requestId, slot);
                Free(requestId);
            }
        }

        FindEarliestDeadline();
    }

    /// <summary>
    /// Believes an edge's report of what it is running: those slots get a new deadline, and its other slots are free,
    /// but for the ones granted after it took the report.
    /// </summary>
    public void Renew(long edgeSession, long upToSequence, IReadOnlySet<long> running, TimeSpan deadline)
    {
        Ceilings?.Reported(edgeSession, deadline);
        foreach (var (requestId, held) in _taken)
        {
            if (requestId.EdgeSession != edgeSession)
            {
                continue;
            }

            if (running.Contains(requestId.Sequence))
            {
                ref var slot = ref CollectionsMarshal.GetValueRefOrNullRef(_taken, requestId);
                slot = slot with { Deadline = deadline };
            }
            else if (requestId.Sequence <= upToSequence)
            {
                Lost?.AddLeftOut(requestId, held);
                Free(requestId);
            }
        }

        FindEarliestDeadline();
    }

    /// <summary>
    /// The first complete report of an edge after this owner began: what it runs was granted by the owner before, and
    /// holds a slot from now on. Its calls give nothing back. A later report takes no slot that was not taken.
    /// </summary>
    /// <param name="edgeSession">The edge's session.</param>
    /// <param name="upToSequence">See <see cref="Renew"/>.</param>
    /// <param name="running">What it runs, or has asked for.</param>
    /// <param name="deadline">The new deadline of those.</param>
    /// <param name="admitted">
    /// Those that were granted; what is only asked for holds nothing yet. Null: all of them.
    /// </param>
    /// <param name="reserved">
    /// What they reserved, as far as the edge says so. It was stored before it was granted, so it is counted here.
    /// </param>
    public void Adopt(
        long edgeSession, long upToSequence, IReadOnlySet<long> running, TimeSpan deadline,
        IReadOnlyCollection<long>? admitted = null, IReadOnlyDictionary<long, Costs>? reserved = null)
    {
        if (Recovery is { } recovery && recovery.Heard(edgeSession))
        {
            foreach (var sequence in admitted ?? running)
            {
                var requestId = new RequestId(edgeSession, sequence);
                var held = default(Costs);
                var isSaid = reserved is not null && reserved.TryGetValue(sequence, out held);

                // Without a limit on calls at once, a slot serves for what is counted of its call alone.
                if (!_taken.ContainsKey(requestId) && (isSaid || !recovery.HearsAll))
                {
                    Take(requestId, new Slot(deadline, Admitted: null, held));
                }
            }
        }

        Renew(edgeSession, upToSequence, running, deadline);
    }

    /// <summary>Frees every slot of an edge that is gone, and no other's.</summary>
    public void FreeAllOf(long edgeSession)
    {
        foreach (var (requestId, slot) in _taken)
        {
            if (requestId.EdgeSession == edgeSession)
            {
                Lost?.Add(requestId, slot);
                Free(requestId);
            }
        }

        Recovery?.Heard(edgeSession);
        Ceilings?.Forget(edgeSession);
        FindEarliestDeadline();
    }

    /// <summary>A call has been told to have used so much by now; one that holds no slot changes nothing.</summary>
    public void Tell(RequestId requestId, ToldUse told)
    {
        ref var slot = ref CollectionsMarshal.GetValueRefOrNullRef(_taken, requestId);
        if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref slot))
        {
            slot = slot with { Told = told };
        }
    }

    /// <summary>From here on no call gives anything back: what it took was taken under other limits.</summary>
    /// <param name="carried">What becomes of what calls were told to have used: it stands in other places now.</param>
    public void ForbidRefunds(Func<ToldUse, ToldUse> carried)
    {
        foreach (var requestId in _taken.Keys)
        {
            ref var slot = ref CollectionsMarshal.GetValueRefOrNullRef(_taken, requestId);
            slot = slot with { Admitted = null, Told = slot.Told is { } told ? carried(told) : null };
        }
    }

    private void FindEarliestDeadline()
    {
        EarliestDeadline = TimeSpan.MaxValue;
        foreach (var slot in _taken.Values)
        {
            EarliestDeadline = slot.Deadline < EarliestDeadline ? slot.Deadline : EarliestDeadline;
        }
    }
}
