using System.Numerics;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Admission;

/// <summary>What really happened, written down apart from the rules: which calls passed, and when.</summary>
internal sealed class AdmissionBooks
{
    private readonly Dictionary<(string Quota, QuotaPeriod Period), long> _spent = [];
    private readonly Dictionary<RequestId, List<(string Quota, QuotaPeriod Period)>> _chargedTo = [];
    private readonly List<(RequestId Id, TimeSpan At)> _passed = [];
    private readonly HashSet<RequestId> _neverDispatched = [];
    private ClientPolicy _policy = ClientPolicy.Nobody;

    /// <summary>A new owner, or another plan: windows are counted from here.</summary>
    public void Begin(ClientPolicy policy)
    {
        _policy = policy;
        _passed.Clear();
    }

    public void Admitted(RequestId id, Moment now, ClientState client, ClientPolicy policy)
    {
        _passed.Add((id, now.Elapsed));
        _chargedTo[id] = [.. policy.Quotas.Select((quota, i) => (quota.Name, client.Quotas[i].Period))];
        for (var i = 0; i < policy.Quotas.Length; i++)
        {
            var key = _chargedTo[id][i];
            _spent[key] = _spent.GetValueOrDefault(key) + 1;
            Assert.True(_spent[key] <= policy.Quotas[i].Amount, $"{key} let {_spent[key]} pass.");
        }
    }

    public void Ended(RequestId id, bool dispatched)
    {
        if (dispatched)
        {
            return;
        }

        _neverDispatched.Add(id);
        foreach (var key in _chargedTo[id])
        {
            _spent[key]--;
        }
    }

    public void AssertQuotas(ClientState client, ClientPolicy policy)
    {
        for (var i = 0; i < policy.Quotas.Length; i++)
        {
            var (name, quota) = (policy.Quotas[i].Name, client.Quotas[i]);
            var spent = _spent.GetValueOrDefault((name, quota.Period));
            Assert.True(quota.Used >= spent, $"{name} counts {quota.Used}, and {spent} were spent.");
            Assert.True(quota.Used <= quota.Reserved, $"{name} spent {quota.Used} and stored {quota.Reserved}.");
        }
    }

    /// <summary>For every two calls that passed: no more between them than capacity plus refill.</summary>
    public void AssertWindows()
    {
        var times =
            (from call in _passed where !_neverDispatched.Contains(call.Id) select (BigInteger)call.At.Ticks).ToList();
        foreach (var (name, bucket, _) in _policy.Rates)
        {
            BigInteger lowest = 0;
            for (var i = 0; i < times.Count; i++)
            {
                var refilled = times[i] * bucket.Refill;
                var before = i * (BigInteger)bucket.Period.Ticks - refilled;
                lowest = i == 0 ? before : BigInteger.Min(lowest, before);
                var over = before + bucket.Period.Ticks - lowest - (BigInteger)bucket.Capacity * bucket.Period.Ticks;
                Assert.True(over <= 0, $"{name} let too many pass in a window that ends at {times[i]}.");
            }
        }
    }
}
