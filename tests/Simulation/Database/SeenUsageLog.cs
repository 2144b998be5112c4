using Sluice.Grains.Abstractions.Usage;
using Sluice.Grains.Usage;
using Sluice.Rules.Usage;
using Sluice.Simulation.Kernel;

namespace Sluice.Simulation.Database;

/// <summary>The usage log as one silo's process sees it: over the same unsure way as all in the database.</summary>
internal sealed class SeenUsageLog(SimulatedDatabase database, SimulatedProcess process, string machine) : IUsageLog
{
    public Task OpenSessionAsync(long edgeSession, CancellationToken cancellationToken) =>
        AskAsync(log => log.Open(edgeSession), cancellationToken);

    public Task AppendAsync(UsageBatch batch, CancellationToken cancellationToken) =>
        AskAsync(log => log.Append(batch), cancellationToken);

    public Task AppendLostAsync(IReadOnlyList<UsageEvent> events, CancellationToken cancellationToken) =>
        AskAsync(log => log.AppendLost(events), cancellationToken);

    public Task<OwnerKnown> OwnerBeginsAsync(
        string clientId, long epoch, TimeSpan sinceWritten, CancellationToken cancellationToken) =>
        AskAsync(log => log.OwnerBegins(clientId, epoch, sinceWritten), cancellationToken);

    public Task OwnerReconciledAsync(string clientId, long epoch, CancellationToken cancellationToken) =>
        AskAsync(log => log.OwnerReconciled(clientId, epoch), cancellationToken);

    public Task OwnerEndsAsync(string clientId, long epoch, CancellationToken cancellationToken) =>
        AskAsync(log => log.OwnerEnds(clientId, epoch), cancellationToken);

    public Task<LogSessions> SessionsAsync(CancellationToken cancellationToken) =>
        AskAsync(log => log.Sessions(), cancellationToken);

    public Task<LogSessions> RecentSessionsAsync(CancellationToken cancellationToken) =>
        SessionsAsync(cancellationToken);

    public Task<IReadOnlyList<LoggedUse>> UsedAsync(UsageQuestion question, CancellationToken cancellationToken) =>
        AskAsync(log => log.Used(question), cancellationToken);

    private Task<T> AskAsync<T>(Func<UsageTable, T> statement, CancellationToken cancellationToken) =>
        database.AskAsync(process, machine, () => statement(database.Usage), cancellationToken);
}
