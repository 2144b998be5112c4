using Sluice.Rules.Admission;
using Sluice.Rules.Limits;

namespace Sluice.Grains.Clients;

/// <summary>Keeps the durable counts ahead of what is spent, one write at a time.</summary>
internal sealed partial class ClientGrain
{
    private long _epoch;
    private bool _fenced;
    private bool _extending;

    /// <summary>
    /// Raises the epoch, counts all that was reserved before as used, and opens the first block, so that the first
    /// request finds room.
    /// </summary>
    private async Task OpenReserve(CancellationToken cancellationToken)
    {
        var opened = await ledger.OpenAsync(ClientId, cancellationToken);
        _epoch = opened.Epoch;
        var month = QuotaPeriod.MonthOf(time.GetUtcNow()).Number;
        var recovered = opened.Reserves.Where(reserve => reserve.Period == month).ToDictionary(
            reserve => reserve.Quota,
            reserve => Quota.Recovered(new QuotaPeriod(reserve.Period), reserve.Reserved));
        _client = ClientState.Begin(_policy, recovered, Now);
        GoOnWithHandOver();
        await ExtendReserve(units: 0, cancellationToken);
    }

    private void ExtendReserveIfLow(bool pending)
    {
        if (!_extending && NextReserves(pending ? 1 : 0).Count > 0)
        {
            _ = ExtendReserveBehind(pending ? 1 : 0);
        }
    }

    /// <summary>
    /// Behind the request that noticed, which must not wait for storage. While the ledger fails, requests that fit the
    /// open block go on, the others stay pending, and each one tries again.
    /// </summary>
    private async Task ExtendReserveBehind(long units)
    {
        try
        {
            await ExtendReserve(units, CancellationToken.None);
        }
        catch (Exception exception)
        {
            LogReserveFailed(exception, ClientId, _epoch);
        }
    }

    private async Task ExtendReserve(long units, CancellationToken cancellationToken)
    {
        var reserves = NextReserves(units);
        if (reserves.Count == 0)
        {
            return;
        }

        _extending = true;
        try
        {
            if (!await ledger.ReserveAsync(ClientId, _epoch, reserves, cancellationToken))
            {
                Fenced();
                return;
            }
        }
        finally
        {
            _extending = false;
        }

        // Into the state as it is now: admissions went on meanwhile, and the plan may have changed.
        var byName = reserves.ToDictionary(reserve => reserve.Quota);
        for (var i = 0; i < _client.Quotas.Length; i++)
        {
            if (byName.TryGetValue(_policy.Quotas[i].Key, out var reserve))
            {
                var period = new QuotaPeriod(reserve.Period);
                _client.Quotas[i] = _client.Quotas[i].WithReserved(period, reserve.Reserved);
            }
        }
    }

    private List<QuotaReserve> NextReserves(long units)
    {
        var reserves = new List<QuotaReserve>();
        for (var i = 0; i < _policy.Quotas.Length; i++)
        {
            var limit = _policy.Quotas[i];
            var quota = _client.Quotas[i];
            var block = QuotaBlock.Size(_client.RecentUse[i].PerSpan, quota.Used, limit.Amount);
            if (quota.NextReserve(units, block, limit.Amount) is { } reserved)
            {
                reserves.Add(new QuotaReserve(limit.Key, (int)quota.Period.Number, reserved));
            }
        }

        return reserves;
    }

    /// <summary>A clean stop stores the exact counts: nothing was lost, so nothing is counted too high.</summary>
    private async Task CloseReserve(CancellationToken cancellationToken)
    {
        if (_epoch == 0 || _fenced || _policy.Quotas.IsEmpty)
        {
            return;
        }

        var exact = _client.Quotas.Select((quota, i) =>
            new QuotaReserve(_policy.Quotas[i].Key, (int)quota.Period.Number, quota.Stopped().Reserved));
        await ledger.ReserveAsync(ClientId, _epoch, [.. exact], cancellationToken);
    }

    private void Fenced()
    {
        _fenced = true;
        LogFenced(ClientId, _epoch);
        DeactivateOnIdle();
    }
}
