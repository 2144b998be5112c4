using Sluice.Grains.Abstractions.Usage;
using Sluice.Grains.Usage;
using Sluice.Rules.Usage;

namespace Sluice.Cluster.Engine;

/// <summary>A usage log that nobody reads: every owner is without a gap, so nothing is ever compared.</summary>
internal sealed class NoUsageLog : IUsageLog
{
    public Task OpenSessionAsync(long edgeSession, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task AppendAsync(UsageBatch batch, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task AppendLostAsync(IReadOnlyList<UsageEvent> events, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public Task<OwnerKnown> OwnerBeginsAsync(
        string clientId, long epoch, TimeSpan sinceWritten, CancellationToken cancellationToken) =>
        Task.FromResult(new OwnerKnown(IsWhole: true, 0));

    public Task OwnerReconciledAsync(string clientId, long epoch, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public Task OwnerEndsAsync(string clientId, long epoch, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public Task<LogSessions> SessionsAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new LogSessions([], 0, 0));

    public Task<LogSessions> RecentSessionsAsync(CancellationToken cancellationToken) =>
        SessionsAsync(cancellationToken);

    public Task<IReadOnlyList<LoggedUse>> UsedAsync(UsageQuestion question, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<LoggedUse>>([]);
}
