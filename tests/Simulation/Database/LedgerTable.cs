using Sluice.Grains.Clients;

namespace Sluice.Simulation.Database;

/// <summary>The rows of the client ledger, and its fence, as the database's statements have them.</summary>
/// <param name="time">The database's own clock.</param>
internal sealed class LedgerTable(TimeProvider time)
{
    private readonly Dictionary<string, Row> _rows = new(StringComparer.Ordinal);

    /// <summary>A client was opened: the client, the epoch, the number of the silo.</summary>
    internal event Action<string, long, long>? Opened;

    /// <summary>A write was asked for: the client, its epoch, what the epoch is, whether it was stored.</summary>
    internal event Action<string, long, long, bool>? Written;

    /// <summary>What is stored for that quota in that period; zero when nothing is.</summary>
    internal long ReservedOf(string clientId, string quota, long period) =>
        _rows.TryGetValue(clientId, out var row) ? row.Quotas.GetValueOrDefault((quota, period)) : 0;

    /// <summary>What is stored for that edge session; zero when nothing is.</summary>
    internal int SlotsOf(string clientId, long edgeSession) =>
        _rows.TryGetValue(clientId, out var row) ? row.Slots.GetValueOrDefault(edgeSession) : 0;

    internal long EpochOf(string clientId) => _rows.TryGetValue(clientId, out var row) ? row.Epoch : 0;

    internal OpenedLedger Open(string clientId, long siloId)
    {
        if (!_rows.TryGetValue(clientId, out var row))
        {
            _rows[clientId] = row = new Row();
        }

        row.Epoch++;
        row.WriteNumber = 0;
        Opened?.Invoke(clientId, row.Epoch, siloId);
        return new OpenedLedger(
            row.Epoch, [.. row.Quotas.Select(one => new QuotaReserve(one.Key.Quota, one.Key.Period, one.Value))])
        {
            Rates = [.. row.Rates.Values.Select(rate =>
                new OpenedRate(rate.Reserve, time.GetElapsedTime(rate.StoredAt)))],
            Slots = [.. row.Slots.Select(slots => new SlotReserve(slots.Key, slots.Value))],
            SinceWritten = time.GetElapsedTime(row.WrittenAt),
        };
    }

    internal bool Reserve(string clientId, long epoch, long writeNumber, LedgerReserve reserve)
    {
        var isHeld = _rows.TryGetValue(clientId, out var row) && row.Epoch == epoch && row.WriteNumber < writeNumber;
        if (isHeld)
        {
            row!.WriteNumber = writeNumber;
            row.WrittenAt = time.GetTimestamp();
            foreach (var quota in reserve.Quotas)
            {
                row.Quotas[(quota.Quota, quota.Period)] = quota.Reserved;
            }

            foreach (var rate in reserve.Rates)
            {
                row.Rates[rate.Rate] = (rate, time.GetTimestamp());
            }

            foreach (var slots in reserve.Slots)
            {
                row.Slots[slots.EdgeSession] = slots.Highest;
                if (slots.Highest == 0)
                {
                    row.Slots.Remove(slots.EdgeSession);
                }
            }
        }

        Written?.Invoke(clientId, epoch, row?.Epoch ?? 0, isHeld);
        return isHeld;
    }

    private sealed class Row
    {
        internal long Epoch { get; set; }

        internal long WriteNumber { get; set; }

        internal long WrittenAt { get; set; }

        internal Dictionary<(string Quota, long Period), long> Quotas { get; } = [];

        internal SortedDictionary<string, (RateReserve Reserve, long StoredAt)> Rates { get; } =
            new(StringComparer.Ordinal);

        internal SortedDictionary<long, int> Slots { get; } = [];
    }
}
