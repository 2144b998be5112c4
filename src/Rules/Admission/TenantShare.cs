using System.Collections.Immutable;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <summary>
/// The client's side of a share of its tenant's limits: spent without asking anyone, all parts of a call or none. It
/// ends before the tenant's side does, though no clocks are compared: the client counts its time from before it asked,
/// the tenant from after. One owner changes it in place.
/// </summary>
public sealed class TenantShare
{
    private readonly ClientPolicy _limits;
    private readonly ImmutableArray<long> _granted;
    private readonly long[] _left;
    private readonly DateTimeOffset _grantedUtc;
    private readonly TimeSpan _asked;
    private readonly TimeSpan _ends;
    private readonly Dictionary<RequestId, Costs> _running = [];

    /// <param name="number">As the tenant numbered it.</param>
    /// <param name="limits">The tenant's limits that it is a share of.</param>
    /// <param name="granted">One part for each rate, then one for each quota; 0 or more.</param>
    /// <param name="grantedUtc">When, by the tenant: its parts of quotas are for that period.</param>
    /// <param name="asked">The client's monotonic time before it asked for it.</param>
    /// <param name="lifetime">The tenant's time for it, less <see cref="EdgeChunk.MarginOf"/>.</param>
    public TenantShare(
        long number, ClientPolicy limits, ImmutableArray<long> granted, DateTimeOffset grantedUtc, TimeSpan asked,
        TimeSpan lifetime)
    {
        (Number, _limits, _granted, _grantedUtc) = (number, limits, granted, grantedUtc);
        (_asked, _ends) = (asked, asked + lifetime);
        _left = [.. granted];
    }

    public long Number { get; }

    /// <summary>Whether this call was admitted by it and has not ended.</summary>
    public bool Has(RequestId requestId) => _running.ContainsKey(requestId);

    /// <summary>False: its time is over, or the period of a quota is, and nothing more is spent of it.</summary>
    public bool IsOpen(Moment now)
    {
        if (now.Elapsed >= _ends)
        {
            return false;
        }

        foreach (var quota in _limits.Quotas)
        {
            if (quota.Calendar.PeriodOf(now.Utc) != quota.Calendar.PeriodOf(_grantedUtc))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Half of some part is spent, or half of the time is over: the next one should be asked for, while what is left of
    /// this one still comes back.
    /// </summary>
    public bool IsLow(Moment now)
    {
        for (var i = 0; i < _left.Length; i++)
        {
            if (_granted[i] > 0 && _left[i] <= _granted[i] / 2)
            {
                return true;
            }
        }

        return now.Elapsed - _asked >= (_ends - _asked) / 2 || !IsOpen(now);
    }

    /// <summary>Takes what a call is expected to cost of every part, or nothing of any.</summary>
    /// <returns>Whether the call may proceed; if not, the tenant is asked.</returns>
    public bool TrySpend(RequestId requestId, in Costs costs, Moment now)
    {
        if (!IsOpen(now))
        {
            return false;
        }

        for (var i = 0; i < _left.Length; i++)
        {
            if (CostOf(i, costs) is var cost and > 0 && cost > _left[i])
            {
                return false;
            }
        }

        if (!_running.TryAdd(requestId, costs))
        {
            return true; // It has taken it before.
        }

        for (var i = 0; i < _left.Length; i++)
        {
            _left[i] -= CostOf(i, costs);
        }

        return true;
    }

    /// <summary>The client refused the call after all: others may spend what it took.</summary>
    public void Undo(RequestId requestId)
    {
        if (_running.Remove(requestId, out var costs))
        {
            for (var i = 0; i < _left.Length; i++)
            {
                _left[i] += CostOf(i, costs);
            }
        }
    }

    /// <summary>What a running call of it reserved; null when there is no such call.</summary>
    public Costs? ReservedBy(RequestId requestId) => _running.TryGetValue(requestId, out var costs) ? costs : null;

    /// <summary>
    /// A call of it ended: what it did not use is the share's again, what it used beyond is told as spent of it.
    /// </summary>
    /// <returns>False: it is no call of this share, or was settled before.</returns>
    public bool Settle(RequestId requestId, in Ending ending)
    {
        if (!_running.Remove(requestId, out var reserved))
        {
            return false;
        }

        for (var i = 0; i < _left.Length; i++)
        {
            var (unit, scope) = i < _limits.Rates.Length
                ? (_limits.Rates[i].Unit, _limits.Rates[i].Scope)
                : (_limits.Quotas[i - _limits.Rates.Length].Unit, _limits.Quotas[i - _limits.Rates.Length].Scope);
            _left[i] += CostOf(i, reserved) - ending.ChargeIn(unit, scope, reserved);
        }

        return true;
    }

    /// <summary>What to tell the tenant of it. Nothing may be spent of it or settled in it afterwards.</summary>
    public ShareReturn Return() => new(
        Number,
        [.. _granted.Select((granted, i) => granted - _left[i])],
        [.. from call in _running
            orderby call.Key.EdgeSession, call.Key.Sequence
            select new ShareCall(call.Key, call.Value)]);

    private long CostOf(int part, in Costs costs) => part < _limits.Rates.Length
        ? _limits.Rates[part].CostOf(costs)
        : _limits.Quotas[part - _limits.Rates.Length].CostOf(costs);
}
