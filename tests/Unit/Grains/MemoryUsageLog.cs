using Sluice.Grains.Abstractions.Usage;
using Sluice.Grains.Usage;
using Sluice.Rules.Limits;
using Sluice.Rules.Usage;
using RequestId = Sluice.Grains.Abstractions.Clients.RequestId;

namespace Sluice.Unit.Grains;

/// <summary>A usage log in memory, by the same rules as the one in the database.</summary>
/// <param name="time">The log's clock.</param>
internal sealed class MemoryUsageLog(TimeProvider time) : IUsageLog
{
    private readonly Dictionary<(string ClientId, RequestId RequestId, int Rank), UsageEvent> _events = [];
    private readonly SortedDictionary<long, UsageSession> _sessions = [];
    private readonly Dictionary<string, (long Epoch, long Until)> _owners = [];

    /// <summary>What every call fails with; null when the log works.</summary>
    public Exception? Failure { get; set; }

    /// <summary>What was written of lost edges, in the order of sessions and sequences.</summary>
    public UsageEvent[] Lost =>
        [.. from one in _events
            where one.Key.Rank == 0
            orderby one.Key.RequestId.EdgeSession, one.Key.RequestId.Sequence
            select one.Value];

    private long Now => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public Task OpenSessionAsync(long edgeSession, CancellationToken cancellationToken)
    {
        _sessions.TryAdd(edgeSession, new UsageSession(edgeSession, 0, 0, 0, false, 0, Now));
        return Answered();
    }

    public Task AppendAsync(UsageBatch batch, CancellationToken cancellationToken)
    {
        if (Failure is null)
        {
            Add(batch.Events, rank: 1);
            if (!_sessions.TryGetValue(batch.EdgeSession, out var known) || known.Reports < batch.Number)
            {
                _sessions[batch.EdgeSession] = new UsageSession(
                    batch.EdgeSession, batch.Number, batch.CompleteThrough, batch.LastSequence, batch.IsLast,
                    batch.Dropped, Now);
            }
        }

        return Answered();
    }

    public Task AppendLostAsync(IReadOnlyList<UsageEvent> events, CancellationToken cancellationToken)
    {
        if (Failure is null)
        {
            Add(events, rank: 0);
        }

        return Answered();
    }

    public async Task<OwnerKnown> OwnerBeginsAsync(
        string clientId, long epoch, TimeSpan sinceWritten, CancellationToken cancellationToken)
    {
        await Answered();
        var until = Now - sinceWritten.Ticks / TimeSpan.TicksPerMicrosecond;
        if (!_owners.TryGetValue(clientId, out var owner))
        {
            _owners[clientId] = owner = (epoch, until);
        }
        else if (owner.Epoch == epoch - 1 && owner.Until < until)
        {
            _owners[clientId] = owner = owner with { Until = until };
        }

        return new OwnerKnown(owner.Epoch == epoch, owner.Until);
    }

    public Task OwnerReconciledAsync(string clientId, long epoch, CancellationToken cancellationToken)
    {
        _owners[clientId] = (epoch, Now);
        return Answered();
    }

    public Task OwnerEndsAsync(string clientId, long epoch, CancellationToken cancellationToken)
    {
        if (_owners.TryGetValue(clientId, out var owner) && owner.Epoch == epoch)
        {
            _owners.Remove(clientId);
        }

        return Answered();
    }

    public async Task<LogSessions> SessionsAsync(CancellationToken cancellationToken)
    {
        await Answered();
        return new LogSessions(
            [.. _sessions.Values.Where(session => !session.IsClosed || session.Dropped > 0)], BeganAt: 0, Now);
    }

    public Task<LogSessions> RecentSessionsAsync(CancellationToken cancellationToken) =>
        SessionsAsync(cancellationToken);

    public async Task<IReadOnlyList<LoggedUse>> UsedAsync(
        UsageQuestion question, CancellationToken cancellationToken)
    {
        await Answered();
        return
        [
            .. from one in _events
               let told = one.Value
               where told.ClientId == question.ClientId
                   && (one.Key.Rank == 1 || !_events.ContainsKey(one.Key with { Rank = 1 }))
                   && told.AdmittedAt >= question.From && told.AdmittedAt < question.To
                   && (told.Epoch != question.Epoch || told.AdmittedAt <= question.Cut)
               select new LoggedUse(
                   new CallFacts(told.Model, told.Endpoint, told.KeyVersion), told.Epoch == 0, told.Requests,
                   new Costs(told.InputTokens, told.OutputTokens)),
        ];
    }

    private void Add(IEnumerable<UsageEvent> events, int rank)
    {
        foreach (var one in events)
        {
            _events.TryAdd((one.ClientId, one.RequestId, rank), one);
        }
    }

    private Task Answered() => Failure is null ? Task.CompletedTask : Task.FromException(Failure);
}
