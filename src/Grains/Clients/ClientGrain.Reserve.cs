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
        var now = time.GetUtcNow();
        var recovered = opened.Reserves.Where(reserve => IsOfNow(reserve, now)).ToDictionary(
            reserve => reserve.Quota,
            reserve => Quota.Recovered(new QuotaPeriod(reserve.Period), reserve.Reserved));
        _client = ClientState.Begin(_policy, recovered, Now);
        GoOnWithHandOver();
        await ExtendReserve(needed: null, cancellationToken);
    }

    /// <summary>
    /// Whether this is the count of the running period. Also of quotas that the policy does not have now: a client that
    /// comes back to one goes on where it was. One whose clock was ahead is not held in a period that is yet to come.
    /// </summary>
    private bool IsOfNow(QuotaReserve stored, DateTimeOffset now)
    {
        foreach (var quota in _policy.Quotas)
        {
            if (quota.Key == stored.Quota)
            {
                return quota.Calendar.PeriodOf(now).Number == stored.Period;
            }
        }

        return CountLimit.SpanOf(stored.Quota) is { } span
            && new QuotaCalendar(span).PeriodOf(now).Number == stored.Period;
    }

    /// <param name="needed">What a request waits for; null when none does.</param>
    private void ExtendReserveIfLow(Costs? needed)
    {
        if (_epoch > 0 && !_fenced && !_extending && _policy.Quotas.Length > 0 && NextReserves(needed).Count > 0)
        {
            _ = ExtendReserveBehind(needed);
        }
    }

    /// <summary>
    /// Behind the request that noticed, which must not wait for storage. While the ledger fails, requests that fit the
    /// open block go on, the others stay pending, and each one tries again.
    /// </summary>
    private async Task ExtendReserveBehind(Costs? needed)
    {
        try
        {
            await ExtendReserve(needed, CancellationToken.None);
            while (!_fenced && HasUnstoredUse())
            {
                // Calls used more than they reserved while that was written, and perhaps nobody asks again.
                await ExtendReserve(needed: null, CancellationToken.None);
            }
        }
        catch (Exception exception)
        {
            LogReserveFailed(exception, ClientId, _epoch);
        }
    }

    private async Task ExtendReserve(Costs? needed, CancellationToken cancellationToken)
    {
        var reserves = NextReserves(needed);
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

    private bool HasUnstoredUse()
    {
        foreach (var quota in _client.Quotas)
        {
            if (quota.Used > quota.Reserved)
            {
                return true;
            }
        }

        return false;
    }

    private List<QuotaReserve> NextReserves(Costs? needed)
    {
        var reserves = new List<QuotaReserve>();
        for (var i = 0; i < _policy.Quotas.Length; i++)
        {
            var limit = _policy.Quotas[i];
            var quota = _client.Quotas[i];
            var units = needed?.Of(limit.Unit) ?? 0;
            var block = QuotaBlock.Size(_client.RecentUse[i].PerSpan, quota.Used, limit.Amount);
            if (quota.NextReserve(units, block, limit.Amount) is { } reserved)
            {
                reserves.Add(new QuotaReserve(limit.Key, quota.Period.Number, reserved, quota.Reserved == 0));
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

        var exact = _client.Quotas.Select((quota, i) => new QuotaReserve(
            _policy.Quotas[i].Key, quota.Period.Number, quota.Stopped().Reserved, quota.Reserved == 0));
        await ledger.ReserveAsync(ClientId, _epoch, [.. exact], cancellationToken);
    }

    private void Fenced()
    {
        _fenced = true;
        LogFenced(ClientId, _epoch);
        DeactivateOnIdle();
    }
}
