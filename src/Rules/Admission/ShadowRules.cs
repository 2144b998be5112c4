using System.Collections.Immutable;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Admission;

/// <summary>
/// Limits on trial. They are asked about what the enforced limits have admitted, each for itself: one that would admit
/// takes what it would take, one that would refuse takes nothing, counts the refusal, and changes nothing else.
/// </summary>
public static class ShadowRules
{
    // Calls that ended without a completion are forgotten when there are so many more of them than of running ones.
    private const int ForgetAbove = 64;

    /// <returns>The limits that would have refused, a bit each by position.</returns>
    internal static UInt128 Take(
        ClientState client, RequestId requestId, Costs costs, ClientPolicy policy, Moment now)
    {
        var refused = UInt128.Zero;
        for (var i = 0; i < client.Shadows.Length; i++)
        {
            var (shadow, alone) = (client.Shadows[i], policy.Shadows[i].Alone);
            if (shadow.Alone.Slots.InUse > 2 * client.Slots.InUse + ForgetAbove)
            {
                Forget(shadow, client);
            }

            shadow.Alone.Slots.Free(requestId); // Of an earlier admission, whose slot was taken back.
            var verdict = Ask(shadow, requestId, costs, alone, now);
            if (verdict is Verdict.NoFreeSlot && Forget(shadow, client))
            {
                verdict = Ask(shadow, requestId, costs, alone, now);
            }

            if (verdict is not Verdict.Admitted)
            {
                refused |= UInt128.One << i;
                shadow.WouldRefuse();
            }
        }

        return refused;
    }

    internal static void Complete(
        ClientState client, RequestId requestId, Ending ending, ClientPolicy policy, Moment now)
    {
        for (var i = 0; i < client.Shadows.Length; i++)
        {
            AdmissionRules.Complete(client.Shadows[i].Alone, requestId, ending, policy.Shadows[i].Alone, now);
        }
    }

    internal static void Tell(
        ClientState client, RequestId requestId, Costs used, ClientPolicy policy, Moment now)
    {
        for (var i = 0; i < client.Shadows.Length; i++)
        {
            SettlementRules.Tell(client.Shadows[i].Alone, requestId, used, policy.Shadows[i].Alone, now);
        }
    }

    /// <summary>
    /// Brings every limit on trial to this moment, and lets it forget calls whose slots were taken back. Whoever looks
    /// at them does it first; what is decided does not need it.
    /// </summary>
    public static void MoveTo(ClientState client, ClientPolicy policy, Moment now)
    {
        for (var i = 0; i < client.Shadows.Length; i++)
        {
            Forget(client.Shadows[i], client);
            client.Shadows[i].Alone.MoveTo(now, policy.Shadows[i].Alone);
        }
    }

    /// <summary>The limits of the next policy: one that was on trial under its name counts on.</summary>
    internal static ShadowState[] Under(
        ShadowState[] states, ImmutableArray<ShadowLimit> next, ImmutableArray<ShadowLimit> before, Moment now) =>
        [.. next.Select(limit =>
        {
            for (var i = 0; i < before.Length; i++)
            {
                if (before[i].Limit.Name == limit.Limit.Name)
                {
                    return states[i].Under(limit, before[i], now);
                }
            }

            return ShadowState.Begin(limit, now);
        })];

    private static Verdict Ask(ShadowState shadow, RequestId requestId, Costs costs, ClientPolicy alone, Moment now)
    {
        shadow.Alone.MoveTo(now, alone);
        for (var i = 0; i < alone.Quotas.Length; i++)
        {
            // Nothing of a trial is stored, so there is nothing to wait for.
            shadow.Alone.Quotas[i] = shadow.Alone.Quotas[i] with { Reserved = long.MaxValue };
        }

        return AdmissionRules.Hold(shadow.Alone, requestId, costs, alone, now).Verdict;
    }

    /// <summary>Frees what no call of the client holds any more; what it took is spent.</summary>
    /// <returns>Whether there was anything.</returns>
    private static bool Forget(ShadowState shadow, ClientState client)
    {
        var ended = false;
        foreach (var requestId in shadow.Alone.Slots.Taken.Keys)
        {
            if (!client.Slots.Taken.ContainsKey(requestId))
            {
                ended |= shadow.Alone.Slots.Free(requestId);
            }
        }

        return ended;
    }
}
