using System.Collections.Immutable;

namespace Sluice.Actors.Membership;

/// <summary>A table that is gone with the process, for tests and simulations. Its tasks have always ended.</summary>
/// <param name="time">The table's clock. It need not be that of the silos.</param>
/// <param name="options">The times; null takes the defaults.</param>
public sealed class InMemoryMembershipTable(TimeProvider time, MembershipOptions? options = null) : IMembershipTable
{
    private readonly MembershipOptions _options = options ?? new MembershipOptions();
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, Row> _rows = [];
    private readonly Dictionary<(long Suspect, long By), DateTimeOffset> _suspicions = [];
    private long _version;
    private long _lastId;

    public Task<JoinedSilo> JoinAsync(SiloCandidate candidate, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return Answer(() =>
        {
            var silo = SiloEntry.Of(candidate, ++_lastId);
            foreach (var old in Living.Where(row => row.Entry.Host == silo.Host && row.Entry.Port == silo.Port))
            {
                old.Die("replaced by a new process at its address");
            }

            _rows.Add(silo.Id, new Row { Entry = silo, HeartbeatAt = Now, HeartbeatCount = 1 });
            _version++;
            return new JoinedSilo(silo, View());
        }, cancellationToken);
    }

    public Task<MembershipSnapshot> HeartbeatAsync(long siloId, CancellationToken cancellationToken) =>
        Answer(() =>
        {
            var own = _rows.GetValueOrDefault(siloId);
            if (own is { IsLiving: true })
            {
                own.HeartbeatAt = Now;
                own.HeartbeatCount++;
            }

            return new MembershipSnapshot(
                View(),
                own?.Entry.Status ?? SiloStatus.Dead,
                own?.Death,
                [.. Living.Select(row => new SiloHeartbeat(row.Entry.Id, Now - row.HeartbeatAt, row.HeartbeatCount))]);
        }, cancellationToken);

    public Task<ClusterView> SetStatusAsync(long siloId, SiloStatus status, CancellationToken cancellationToken) =>
        Answer(() =>
        {
            if (_rows.GetValueOrDefault(siloId) is { } row && row.Entry.Status < status)
            {
                row.Entry = row.Entry with { Status = status };
                row.Death = status == SiloStatus.Dead ? "left" : null;
                _version++;
            }

            return View();
        }, cancellationToken);

    public Task<ClusterView> SuspectAsync(long suspectId, long bySiloId, CancellationToken cancellationToken) =>
        Answer(() =>
        {
            if (!IsLiving(suspectId) || !IsLiving(bySiloId) || suspectId == bySiloId)
            {
                return View();
            }

            _suspicions[(suspectId, bySiloId)] = Now;
            var suspicions = _suspicions
                .Where(noted => noted.Key.Suspect == suspectId)
                .Select(noted => new Suspicion(noted.Key.By, Now - noted.Value))
                .ToList();
            if (MembershipRules.IsDeadBySuspicion(suspectId, bySiloId, LivingSilos(), suspicions, _options))
            {
                _rows[suspectId].Die($"suspected by {Names(suspicions)}");
                _version++;
            }

            return View();
        }, cancellationToken);

    public Task<ClusterView> DeclareSilentAsync(
        long siloId, long bySiloId, TimeSpan atLeast, CancellationToken cancellationToken) =>
        Answer(() =>
        {
            if (MembershipRules.IsDeadBySilence(siloId, bySiloId, atLeast, LivingSilos(), _options))
            {
                _rows[siloId].Die($"silent, declared by {bySiloId}");
                _version++;
            }

            return View();
        }, cancellationToken);

    public Task<ClusterView> ReadAsync(CancellationToken cancellationToken) => Answer(View, cancellationToken);

    private DateTimeOffset Now => time.GetUtcNow();

    private IEnumerable<Row> Living => _rows.Values.Where(row => row.IsLiving);

    private bool IsLiving(long siloId) => _rows.TryGetValue(siloId, out var row) && row.IsLiving;

    private string Names(IEnumerable<Suspicion> suspicions) => string.Join(
        ", ",
        from suspicion in suspicions
        where suspicion.Age < _options.SuspicionLifetime && _rows[suspicion.BySiloId].IsLiving
        orderby suspicion.BySiloId
        select suspicion.BySiloId);

    private ClusterView View() => new(_version, Living.Select(row => row.Entry));

    private ImmutableArray<LivingSilo> LivingSilos() =>
        [.. Living.Select(row => new LivingSilo(row.Entry.Id, Now - row.HeartbeatAt))];

    private Task<T> Answer<T>(Func<T> work, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        lock (_lock)
        {
            return Task.FromResult(work());
        }
    }

    private sealed class Row
    {
        public required SiloEntry Entry { get; set; }

        public required DateTimeOffset HeartbeatAt { get; set; }

        public required long HeartbeatCount { get; set; }

        public string? Death { get; set; }

        public bool IsLiving => Entry.Status != SiloStatus.Dead;

        public void Die(string death)
        {
            Entry = Entry with { Status = SiloStatus.Dead };
            Death = death;
        }
    }
}
