using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <summary>What edges have spent without the owner, taken of everything that it would have been taken of.</summary>
public static class DebtRules
{
    /// <summary>
    /// Debits every rate and every quota, which cannot refuse any more: a rate owes it and refills first, and a quota
    /// may pass its limit by it. Slots are not touched: those calls held none.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="debt">What was spent and is not debited yet.</param>
    /// <param name="policy">Its policy.</param>
    /// <param name="now">When the owner hears of it: later than it was spent, which is the strict side.</param>
    public static void Debit(ClientState client, DegradedUse debt, ClientPolicy policy, Moment now)
    {
        client.MoveTo(now, policy);
        for (var i = 0; i < client.Buckets.Length; i++)
        {
            var (_, limit, unit) = policy.Rates[i];
            var tokens = debt.Of(unit);
            client.Buckets[i] = client.Debits[i]?.Take(client.Buckets[i], tokens, limit)
                ?? client.Buckets[i].Take(tokens, limit);
        }

        for (var i = 0; i < client.Quotas.Length; i++)
        {
            var quota = policy.Quotas[i];
            client.Quotas[i] = client.Quotas[i].Refund(-debt.Of(quota.Unit), now.Utc, quota.Calendar);
        }
    }
}
