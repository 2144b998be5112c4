using Sluice.Grains.Clients;

namespace Sluice.Simulation.Database;

/// <summary>The rows of the client ledger, and its fence, as the database's statements have them.</summary>
internal sealed class LedgerTable
{
    private readonly Dictionary<string, Row> _rows = new(StringComparer.Ordinal);

    /// <summary>A client was opened: the client, the epoch, the number of the silo.</summary>
    internal event Action<string, long, long>? Opened;

    /// <summary>A write was asked for: the client, its epoch, what the epoch is, whether it was stored.</summary>
    internal event Action<string, long, long, bool>? Written;

    /// <summary>What is stored for that quota in that period; zero when nothing is.</summary>
    internal long ReservedOf(string clientId, string quota, long period) =>
        _rows.TryGetValue(clientId, out var row) ? row.Reserves.GetValueOrDefault((quota, period)) : 0;

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
            row.Epoch, [.. row.Reserves.Select(one => new QuotaReserve(one.Key.Quota, one.Key.Period, one.Value))]);
    }

    internal bool Reserve(string clientId, long epoch, long writeNumber, IReadOnlyList<QuotaReserve> reserves)
    {
        var isHeld = _rows.TryGetValue(clientId, out var row) && row.Epoch == epoch && row.WriteNumber < writeNumber;
        if (isHeld)
        {
            row!.WriteNumber = writeNumber;
            foreach (var reserve in reserves)
            {
                row.Reserves[(reserve.Quota, reserve.Period)] = reserve.Reserved;
            }
        }

        Written?.Invoke(clientId, epoch, row?.Epoch ?? 0, isHeld);
        return isHeld;
    }

    private sealed class Row
    {
        internal long Epoch { get; set; }

        internal long WriteNumber { get; set; }

        internal Dictionary<(string Quota, long Period), long> Reserves { get; } = [];
    }
}
