using Microsoft.Extensions.DependencyInjection;
using Sluice.Actors.Membership;
using Sluice.Silo.Storage;
using Sluice.Testing;

namespace Sluice.Cluster.Storage;

/// <summary>Silos with a real clock on a real PostgreSQL, which crashes under them and comes back.</summary>
public sealed class MembershipOutageTests
{
    /// <summary>Enough to outlast the silence after which a silo is declared dead.</summary>
    private const int Heartbeats = 6;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Silos_outlive_an_outage_of_PostgreSQL_and_find_who_crashed_during_it()
    {
        Assert.SkipWhen(PostgreSqlServer.WhyMissing is not null, PostgreSqlServer.WhyMissing ?? "");
        await using var server = await PostgreSqlServer.StartAsync();
        await using var storage = StorageTest.StorageOf(new() { ["Storage:DatabaseUrl"] = server.UrlOf("postgres") });
        await storage.GetRequiredService<IDatabase>().PrepareAsync(Token);
        var table = storage.GetRequiredService<IMembershipTable>();
        await using var first = new RunningSilo(table, 1);
        await using var second = new RunningSilo(table, 2);
        await using var third = new RunningSilo(table, 3);
        await first.JoinAsync();
        await second.JoinAsync();
        await third.JoinAsync();
        await first.ViewAsync(view => view.Silos.Length == 3).Within();
        var before = first.Service.View.Version;

        await server.StopAtOnceAsync();
        await Task.WhenAll(first.FailAsync(Heartbeats), second.FailAsync(Heartbeats)).Within();
        await third.DisposeAsync();
        Assert.Equal(before, first.Service.View.Version);
        await server.StartAgainAsync();

        var found = await Task.WhenAll(
            first.ViewAsync(view => view.Version > before), second.ViewAsync(view => view.Version > before)).Within();
        await Task.WhenAll(first.BeatAsync(Heartbeats), second.BeatAsync(Heartbeats)).Within();
        Assert.All(found, view => Assert.Null(view.Find(third.Service.Self.Id)));
        Assert.Equal(found[0].Version, (await table.ReadAsync(Token)).Version);
        Assert.Equal(2, found[0].Silos.Length);
        Assert.False(first.WasEvicted || second.WasEvicted);
    }

    /// <summary>One silo's membership, and the heartbeats it tried.</summary>
    private sealed class RunningSilo : IAsyncDisposable
    {
        private readonly CountingTable _table;

        internal RunningSilo(IMembershipTable table, int port)
        {
            _table = new CountingTable(table);
            Service = new MembershipService(new MembershipParts
            {
                Table = _table,
                Candidate = new SiloCandidate($"silo-{port}", "127.0.0.1", port, ["client"], 1),
            });
            Service.Evicted += _ => WasEvicted = true;
        }

        internal MembershipService Service { get; }

        internal bool WasEvicted { get; private set; }

        public ValueTask DisposeAsync() => Service.DisposeAsync();

        internal Task<SiloEntry> JoinAsync() => Service.JoinAsync(Token);

        internal Task FailAsync(int heartbeats) => _table.ReachAsync(answered: false, heartbeats);

        internal Task BeatAsync(int heartbeats) => _table.ReachAsync(answered: true, heartbeats);

        internal async Task<ClusterView> ViewAsync(Func<ClusterView, bool> isMeant)
        {
            var reached = new TaskCompletionSource<ClusterView>(TaskCreationOptions.RunContinuationsAsynchronously);
            Service.ViewChanged += Look;
            Look(Service.View);
            return await reached.Task;

            void Look(ClusterView view)
            {
                if (isMeant(view))
                {
                    reached.TrySetResult(view);
                }
            }
        }
    }

    private sealed class CountingTable(IMembershipTable table) : IMembershipTable
    {
        private readonly Lock _lock = new();
        private readonly List<(bool Answered, TaskCompletionSource Reached, int Left)> _waiting = [];

        public Task<JoinedSilo> JoinAsync(SiloCandidate candidate, CancellationToken cancellationToken) =>
            table.JoinAsync(candidate, cancellationToken);

        public async Task<MembershipSnapshot> HeartbeatAsync(long siloId, CancellationToken cancellationToken)
        {
            try
            {
                var snapshot = await table.HeartbeatAsync(siloId, cancellationToken);
                Count(answered: true);
                return snapshot;
            }
            catch
            {
                Count(answered: false);
                throw;
            }
        }

        public Task<ClusterView> SetStatusAsync(long siloId, SiloStatus status, CancellationToken cancellationToken) =>
            table.SetStatusAsync(siloId, status, cancellationToken);

        public Task<ClusterView> SuspectAsync(long suspectId, long bySiloId, CancellationToken cancellationToken) =>
            table.SuspectAsync(suspectId, bySiloId, cancellationToken);

        public Task<ClusterView> DeclareSilentAsync(
            long siloId, long bySiloId, TimeSpan atLeast, CancellationToken cancellationToken) =>
            table.DeclareSilentAsync(siloId, bySiloId, atLeast, cancellationToken);

        public Task<ClusterView> ReadAsync(CancellationToken cancellationToken) => table.ReadAsync(cancellationToken);

        /// <summary>Ends when so many more heartbeats were answered, or have failed.</summary>
        internal Task ReachAsync(bool answered, int count)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_lock)
            {
                _waiting.Add((answered, reached, count));
            }

            return reached.Task;
        }

        private void Count(bool answered)
        {
            lock (_lock)
            {
                for (var i = 0; i < _waiting.Count; i++)
                {
                    if (_waiting[i].Answered == answered)
                    {
                        _waiting[i] = _waiting[i] with { Left = _waiting[i].Left - 1 };
                    }
                }

                foreach (var done in _waiting.Where(one => one.Left <= 0))
                {
                    done.Reached.TrySetResult();
                }

                _waiting.RemoveAll(one => one.Left <= 0);
            }
        }
    }
}
