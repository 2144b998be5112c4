using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <summary>When a running stream has used up what it may use, for plans that stop streams then.</summary>
public static class StreamRules
{
    /// <summary>
    /// The limit that a call must be stopped for; null when it may go on. Only limits of tokens and of money stop
    /// calls, and only those that have used more of such a limit than they reserved: what a call reserved is its own.
    /// A quota stops them when all of it is counted; a rate when it is in debt by as much as it holds when full, since
    /// a smaller debt is what answers longer than their client's usual ones always leave, and refills.
    /// </summary>
    /// <param name="client">The client, by what was told last.</param>
    /// <param name="requestId">The call.</param>
    /// <param name="policy">The client's policy.</param>
    public static string? StoppedBy(ClientState client, RequestId requestId, ClientPolicy policy)
    {
        if (!client.Slots.Taken.TryGetValue(requestId, out var slot) || slot.Told is not { } told)
        {
            return null;
        }

        for (var i = 0; i < policy.Quotas.Length; i++)
        {
            var quota = policy.Quotas[i];
            if (told.Quotas[i].All > 0 && IsUsedUpOnTheWay(quota.Unit) && client.Quotas[i].Used >= quota.Amount)
            {
                return quota.Name;
            }
        }

        for (var i = 0; i < policy.Rates.Length; i++)
        {
            var rate = policy.Rates[i];
            if (told.Rates[i].All > 0 && IsUsedUpOnTheWay(rate.Unit)
                && client.Buckets[i].Credit <= -rate.Bucket.Capacity * rate.Bucket.Period.Ticks)
            {
                return rate.Name;
            }
        }

        return null;
    }

    private static bool IsUsedUpOnTheWay(string? unit) => Units.IsTokens(unit) || unit is Units.Cost;
}
