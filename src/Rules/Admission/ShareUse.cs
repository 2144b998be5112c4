using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <summary>
/// How much a client has reserved lately of its tenant's limits, to size what it asks for. A hint: nothing exact rests
/// on it. One owner changes it in place.
/// </summary>
/// <param name="limits">The tenant's limits.</param>
public sealed class ShareUse(ClientPolicy limits)
{
    private readonly RecentUse[] _rates = new RecentUse[limits.Rates.Length];
    private readonly RecentUse[] _quotas = new RecentUse[limits.Quotas.Length];
    private RecentUse _requests;

    /// <summary>A call was admitted.</summary>
    public void Add(in Costs costs, TimeSpan now)
    {
        _requests = _requests.Add(1, now, ShareRules.Span);
        for (var i = 0; i < _rates.Length; i++)
        {
            _rates[i] = _rates[i].Add(limits.Rates[i].CostOf(costs), now, ShareRules.Span);
        }

        for (var i = 0; i < _quotas.Length; i++)
        {
            _quotas[i] = _quotas[i].Add(limits.Quotas[i].CostOf(costs), now, ShareRules.Span);
        }
    }

    /// <summary>What to ask for now; null when so few calls came that a share is not worth its while.</summary>
    public ShareDemand? DemandAt(TimeSpan now)
    {
        var requests = PerSpan(_requests, now);
        return requests < ChunkSize.RequestsMin
            ? null
            : new ShareDemand(
                requests,
                [.. _rates.Select(use => PerSpan(use, now))],
                [.. _quotas.Select(use => PerSpan(use, now))],
                Clients: 1);
    }

    private static long PerSpan(RecentUse use, TimeSpan now) => use.Add(0, now, ShareRules.Span).PerSpan;
}
