using Sluice.Grains.Abstractions.Usage;
using Sluice.Grains.Usage;
using Sluice.Rules.Limits;
using Sluice.Rules.Usage;
using RequestId = Sluice.Grains.Abstractions.Clients.RequestId;

namespace Sluice.Simulation.Database;

/// <summary>The tables of the usage log, as the database's statements have them.</summary>
/// <param name="time">The database's own clock.</param>
internal sealed class UsageTable(TimeProvider time)
{
    private readonly SortedDictionary<long, UsageSession> _sessions = [];
    private readonly Dictionary<string, (long Epoch, long KnownUntil)> _owners = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(long Session, long Number), UsageEvent[]> _parcels = [];
    private readonly Dictionary<RequestId, UsageEvent> _lost = [];
    private readonly HashSet<RequestId> _told = [];

    /// <summary>A batch was stored: for the first time, or again, and then with what was stored.</summary>
    internal event Action<UsageBatch, UsageEvent[]?>? Stored;

    private long Now => MicrosecondsOf(time.GetUtcNow());

    /// <summary>What the edge had to drop; zero for an edge that nobody knows.</summary>
    internal long DroppedBy(long session) => _sessions.GetValueOrDefault(session).Dropped;

    internal bool Open(long session) => _sessions.TryAdd(
        session, new UsageSession(session, 0, 0, 0, IsClosed: false, 0, Now));

    internal bool Append(UsageBatch batch)
    {
        var isTold = _sessions.TryGetValue(batch.EdgeSession, out var session) && session.Reports >= batch.Number;
        var before = _parcels.GetValueOrDefault((batch.EdgeSession, batch.Number));
        if (!isTold && before is null && batch.Events.Length > 0)
        {
            _parcels[(batch.EdgeSession, batch.Number)] = batch.Events;
            _told.UnionWith(batch.Events.Select(one => one.RequestId));
        }

        Stored?.Invoke(batch, isTold ? before ?? [] : before);
        if (!isTold)
        {
            _sessions[batch.EdgeSession] = new UsageSession(
                batch.EdgeSession, batch.Number, batch.CompleteThrough, batch.LastSequence, batch.IsLast,
                batch.Dropped, Now);
        }

        return true;
    }

    internal bool AppendLost(IReadOnlyList<UsageEvent> events)
    {
        foreach (var one in events)
        {
            _lost.TryAdd(one.RequestId, one);
        }

        return true;
    }

    internal OwnerKnown OwnerBegins(string clientId, long epoch, TimeSpan sinceWritten)
    {
        var until = Now - (sinceWritten.Ticks / TimeSpan.TicksPerMicrosecond);
        if (!_owners.TryGetValue(clientId, out var owner))
        {
            owner = (epoch, until);
        }
        else if (owner.Epoch == epoch - 1 && owner.KnownUntil < until)
        {
            owner = (owner.Epoch, until);
        }

        _owners[clientId] = owner;
        return new OwnerKnown(owner.Epoch == epoch, owner.KnownUntil);
    }

    internal bool OwnerReconciled(string clientId, long epoch)
    {
        if (_owners.TryGetValue(clientId, out var owner) && owner.Epoch <= epoch)
        {
            _owners[clientId] = (epoch, Now);
        }

        return true;
    }

    internal bool OwnerEnds(string clientId, long epoch) =>
        _owners.TryGetValue(clientId, out var owner) && owner.Epoch == epoch && _owners.Remove(clientId);

    internal LogSessions Sessions() => new(
        [.. _sessions.Values.Where(session => !session.IsClosed || session.Dropped > 0)], BeganAt: 0, Now);

    internal IReadOnlyList<LoggedUse> Used(UsageQuestion question) =>
    [
        .. from one in Counted(question.ClientId)
            where one.Event.AdmittedAt >= question.From && one.Event.AdmittedAt < question.To
                && (one.Event.Epoch != question.Epoch
                    || MicrosecondsOf(one.Event.AdmittedAt) <= MicrosecondsOf(question.Cut))
            group one by one.Event.Epoch == 0 into kind
            select new LoggedUse(
                new CallFacts("m", "", 1),
                kind.Key,
                kind.Sum(one => one.Requests),
                new Costs(kind.Sum(one => one.Event.InputTokens), kind.Sum(one => one.Event.OutputTokens))),
    ];

    /// <summary>
    /// What counts of a client: all that edges told, and of lost ones what no edge told; of a chunk, what none of its
    /// calls that are told has spent.
    /// </summary>
    internal IEnumerable<(UsageEvent Event, long Requests)> Counted(string clientId)
    {
        var told = _parcels.Values.SelectMany(events => events).Where(one => one.ClientId == clientId).ToList();
        foreach (var one in told)
        {
            yield return (one, one.Requests);
        }

        foreach (var one in _lost.Values.Where(one => one.ClientId == clientId && !_told.Contains(one.RequestId)))
        {
            var spent = told.Where(call => call.Chunk == -one.RequestId.Sequence
                && call.RequestId.EdgeSession == one.RequestId.EdgeSession);
            yield return one.RequestId.Sequence > 0
                ? (one, one.Requests)
                : (one, Math.Max(0, one.Requests - spent.Sum(call => call.Requests)));
        }
    }

    private static long MicrosecondsOf(DateTimeOffset moment) =>
        (moment.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
