using Sluice.Grains.Clients;

namespace Sluice.Unit.Grains;

/// <summary>A ledger in memory that fences as the database does, and is slow or fails when a test says so.</summary>
/// <param name="time">The database's clock.</param>
internal sealed class MemoryLedger(TimeProvider time) : IClientLedger
{
    private readonly Dictionary<string, long> _epochs = [];
    private readonly Dictionary<(string ClientId, string Quota), QuotaReserve> _stored = [];
    private readonly Dictionary<(string ClientId, string Rate), (RateReserve Reserve, long At)> _rates = [];
    private readonly Dictionary<(string ClientId, long EdgeSession), SlotReserve> _slots = [];
    private readonly Dictionary<string, long> _writtenAt = [];
    private TaskCompletionSource _open = Opened();

    /// <summary>What every call fails with; null when the ledger works.</summary>
    public Exception? Failure { get; set; }

    /// <summary>What cannot be opened, by its key; null when all can.</summary>
    public Predicate<string>? FailsToOpen { get; set; }

    /// <summary>Quotas that were stored, in order.</summary>
    public List<QuotaReserve> Writes { get; } = [];

    /// <summary>Calls that were stored, in order.</summary>
    public List<LedgerReserve> Calls { get; } = [];

    public long EpochOf(string clientId) => _epochs.GetValueOrDefault(clientId);

    public long ReservedOf(string clientId, string quota) =>
        _stored.TryGetValue((clientId, quota), out var reserve) ? reserve.Reserved : 0;

    public int SlotsOf(string clientId, long edgeSession) =>
        _slots.GetValueOrDefault((clientId, edgeSession)).Highest;

    public RateReserve RateOf(string clientId, string rate) => _rates[(clientId, rate)].Reserve;

    /// <summary>From here on every call waits.</summary>
    public void Hold() => _open = new TaskCompletionSource();

    public void Release() => _open.SetResult();

    /// <summary>Another activation opens it and counts from here on.</summary>
    public void Overtake(string clientId) => _epochs[clientId] = EpochOf(clientId) + 1;

    public async Task<OpenedLedger> OpenAsync(string clientId, CancellationToken cancellationToken)
    {
        await Ready();
        if (FailsToOpen?.Invoke(clientId) is true)
        {
            throw new IOException($"{clientId} cannot be opened.");
        }

        _epochs[clientId] = EpochOf(clientId) + 1;
        return new OpenedLedger(
            EpochOf(clientId),
            [.. _stored.Where(stored => stored.Key.ClientId == clientId).Select(stored => stored.Value)])
        {
            Rates =
            [
                .. from rate in _rates
                   where rate.Key.ClientId == clientId
                   select new OpenedRate(rate.Value.Reserve, time.GetElapsedTime(rate.Value.At)),
            ],
            Slots = [.. _slots.Where(slots => slots.Key.ClientId == clientId).Select(slots => slots.Value)],
            SinceWritten = time.GetElapsedTime(_writtenAt.GetValueOrDefault(clientId)),
        };
    }

    public async Task<bool> ReserveAsync(
        string clientId, long epoch, LedgerReserve reserve, CancellationToken cancellationToken)
    {
        await Ready();
        if (epoch != EpochOf(clientId))
        {
            return false;
        }

        Calls.Add(reserve);
        _writtenAt[clientId] = time.GetTimestamp();
        foreach (var quota in reserve.Quotas)
        {
            _stored[(clientId, quota.Quota)] = quota;
            Writes.Add(quota);
        }

        foreach (var rate in reserve.Rates)
        {
            _rates[(clientId, rate.Rate)] = (rate, time.GetTimestamp());
        }

        foreach (var slots in reserve.Slots)
        {
            _slots[(clientId, slots.EdgeSession)] = slots;
            if (slots.Highest == 0)
            {
                _slots.Remove((clientId, slots.EdgeSession));
            }
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
