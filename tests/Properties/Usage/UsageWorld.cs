using Sluice.Rules.Usage;
using Xunit;

namespace Sluice.Properties.Usage;

/// <summary>
/// A client's count, its edges and the usage log, with nothing between them that can be relied on: parcels are late,
/// repeated or lost, ends are told late, and the owner forgets what it knew. It checks what every correction leaves.
/// </summary>
internal sealed class UsageWorld
{
    private readonly Edge[] _edges = [new(1), new(2)];
    private readonly List<Call> _calls = [];
    private readonly Dictionary<(long, long), long> _log = [];
    private readonly SortedDictionary<long, UsageSession> _sessions = [];
    private long _used;
    private (long Used, int Calls)? _cut;
    private long _givenBack;
    private LogCompleteness? _completeness;

    public UsageWorld()
    {
        foreach (var edge in _edges)
        {
            _sessions[edge.Session] = new UsageSession(edge.Session, 0, 0, 0, false, 0, 0);
        }
    }

    /// <summary>Corrections that were made with a whole log.</summary>
    public int Corrections { get; private set; }

    /// <summary>Units by which counts were lowered.</summary>
    public long Lowered { get; private set; }

    private sealed record Call(int Edge, long Sequence, long Reserved, int Index)
    {
        public long? Charge { get; set; }

        public bool IsTold { get; set; }

        /// <summary>False: its owner has forgotten it.</summary>
        public bool IsKnown { get; set; } = true;
    }

    private sealed class Edge(long session)
    {
        public long Session => session;

        public long LastSequence { get; set; }

        public UsageOutbox<(long Sequence, long Charge)> Outbox { get; } = new(most: 1_000, batchMost: 2);

        public UsageParcel<(long Sequence, long Charge)>? UnderWay { get; set; }
    }

    public void Ask(int edge, long reserved)
    {
        _calls.Add(new Call(edge, ++_edges[edge].LastSequence, reserved, _calls.Count));
        _used += reserved;
    }

    /// <summary>A call of the edge ends: the log will hear of it.</summary>
    public void End(int edge, long charge)
    {
        if (_calls.FirstOrDefault(call => call.Edge == edge && call.Charge is null) is { } call)
        {
            call.Charge = charge;
            Assert.True(_edges[edge].Outbox.TryAdd((call.Sequence, charge), mustKeep: false));
        }
    }

    /// <summary>The owner hears the end of a call, unless it has forgotten it.</summary>
    public void Tell(int edge)
    {
        if (_calls.FirstOrDefault(call => call is { Charge: not null, IsTold: false } && call.Edge == edge) is { } call)
        {
            call.IsTold = true;
            if (call.IsKnown)
            {
                _used += call.Charge!.Value - call.Reserved;
                _givenBack += call.Index < _cut?.Calls ? call.Reserved - call.Charge.Value : 0;
            }
        }
    }

    public void Make(int edge)
    {
        var maker = _edges[edge];
        var live = _calls.Where(call => call.Edge == edge && !call.IsTold).Select(call => call.Sequence);
        var oldest = live.DefaultIfEmpty(long.MaxValue).Min();
        maker.UnderWay = maker.Outbox.Next(Math.Min(maker.LastSequence, oldest - 1), maker.LastSequence);
    }

    /// <summary>What is under way arrives, perhaps again.</summary>
    public void Store(int edge)
    {
        if (_edges[edge] is not { UnderWay: { } parcel } from)
        {
            return;
        }

        foreach (var (sequence, charge) in parcel.Items)
        {
            _log.TryAdd((from.Session, sequence), charge);
        }

        if (parcel.Number > _sessions[from.Session].Reports)
        {
            _sessions[from.Session] = new UsageSession(
                from.Session, parcel.Number, parcel.CompleteThrough, parcel.LastSequence, false, 0, 0);
        }
    }

    /// <summary>The edge hears what is stored, if anything is.</summary>
    public void Acknowledge(int edge)
    {
        if (_edges[edge] is { UnderWay: { } parcel } from && _sessions[from.Session].Reports >= parcel.Number)
        {
            from.Outbox.Acknowledged(parcel.Number);
            from.UnderWay = null;
        }
    }

    /// <summary>The next owner knows no call, and counts what was stored ahead.</summary>
    public void Crash(long ahead)
    {
        _used += ahead;
        _calls.ForEach(call => call.IsKnown = false);
        (_cut, _completeness) = (null, null);
    }

    public void Cut()
    {
        if (_cut is null)
        {
            (_cut, _givenBack, _completeness) = ((_used, _calls.Count), 0, null);
        }
    }

    public void Look()
    {
        if (_cut is not { } cut)
        {
            return;
        }

        if (_completeness is null)
        {
            _completeness = new LogCompleteness(_sessions.Values);
            return;
        }

        var state = _completeness.Look(_sessions.Values, knownUntil: 0, new HashSet<long>(), TimeSpan.Zero, now: 0);
        var isOut = _calls.Any(call => call is { IsKnown: true, IsTold: false } && call.Index < cut.Calls);
        if (state is not LogState.Complete || isOut)
        {
            return;
        }

        var logged = _calls.Where(call => call.Index < cut.Calls)
            .Sum(call => _log.GetValueOrDefault((_edges[call.Edge].Session, call.Sequence)));
        var correction = UsageReconciliation.Correction(cut.Used, logged, 0, _givenBack, isComplete: true);
        _used += correction;
        _cut = null;
        Corrections++;
        Lowered += Math.Max(0, -correction);
        Assert.Equal(
            _calls.Sum(call => call.Index < cut.Calls || call.IsTold ? call.Charge!.Value : call.Reserved), _used);
    }

    /// <summary>A look, and then every edge tells, and hears that it is stored.</summary>
    public void Round()
    {
        Look();
        for (var edge = 0; edge < _edges.Length; edge++)
        {
            Make(edge);
            Store(edge);
            Acknowledge(edge);
        }
    }

    /// <summary>
    /// Everything ends, is told, and arrives, while other calls begin: the log is then what was really used, each call
    /// once.
    /// </summary>
    public void Heal()
    {
        EndAll();
        Cut();
        for (var edge = 0; edge < _edges.Length; edge++)
        {
            Ask(edge, 5); // It runs through the comparison.
        }

        Deliver();
        Assert.Null(_cut);
        EndAll();
        Cut();
        Deliver();
        Assert.Null(_cut);
        Assert.Equal(_calls.Count, _log.Count);
        Assert.Equal(_calls.Sum(call => call.Charge!.Value), _log.Values.Sum());
        Assert.Equal(_log.Values.Sum(), _used);
    }

    private void EndAll()
    {
        for (var edge = 0; edge < _edges.Length; edge++)
        {
            while (_calls.Any(call => call.Edge == edge && call.Charge is null))
            {
                End(edge, 3);
            }

            while (_calls.Any(call => call.Edge == edge && !call.IsTold))
            {
                Tell(edge);
            }
        }
    }

    private void Deliver()
    {
        for (var round = 0; round < _calls.Count + 8; round++)
        {
            if (round == 4)
            {
                EndAll(); // A comparison that began before may wait for those that began since.
            }

            Round();
        }
    }
}
