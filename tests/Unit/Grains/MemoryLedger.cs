using Sluice.Grains.Clients;

namespace Sluice.Unit.Grains;

/// <summary>A ledger in memory that fences as the database does, and is slow or fails when a test says so.</summary>
internal sealed class MemoryLedger : IClientLedger
{
    private readonly Dictionary<string, long> _epochs = [];
    private readonly Dictionary<(string ClientId, string Quota), QuotaReserve> _stored = [];
    private TaskCompletionSource _open = Opened();

    /// <summary>What every call fails with; null when the ledger works.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Writes that were stored, in order.</summary>
    public List<QuotaReserve> Writes { get; } = [];

    public long EpochOf(string clientId) => _epochs.GetValueOrDefault(clientId);

    public long ReservedOf(string clientId, string quota) =>
        _stored.TryGetValue((clientId, quota), out var reserve) ? reserve.Reserved : 0;

    /// <summary>From here on every call waits.</summary>
    public void Hold() => _open = new TaskCompletionSource();

    public void Release() => _open.SetResult();

    /// <summary>Another activation opens it and counts from here on.</summary>
    public void Overtake(string clientId) => _epochs[clientId] = EpochOf(clientId) + 1;

    public async Task<OpenedLedger> OpenAsync(string clientId, CancellationToken cancellationToken)
    {
        await Ready();
        _epochs[clientId] = EpochOf(clientId) + 1;
        return new OpenedLedger(
            EpochOf(clientId),
            [.. _stored.Where(stored => stored.Key.ClientId == clientId).Select(stored => stored.Value)]);
    }

    public async Task<bool> ReserveAsync(
        string clientId, long epoch, IReadOnlyList<QuotaReserve> reserves, CancellationToken cancellationToken)
    {
        await Ready();
        if (epoch != EpochOf(clientId))
        {
            return false;
        }

        foreach (var reserve in reserves)
        {
            _stored[(clientId, reserve.Quota)] = reserve;
            Writes.Add(reserve);
        }

        return true;
    }

    private async Task Ready()
    {
        await _open.Task;
        if (Failure is not null)
        {
            throw Failure;
        }
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }
}
