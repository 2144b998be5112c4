using Sluice.Simulation.Kernel;

namespace Sluice.Simulation.Judging;

/// <summary>Calls that are charged what they used, and what an edge runs while their grain is out of reach.</summary>
internal sealed partial class ClientBooks
{
    /// <summary>
    /// R2. As R1, by the tokens that calls really used; those whose use beyond their reservation nobody could know when
    /// the last one was decided on count as they were reserved. A crash forgets what was not stored yet, so a window
    /// with calls of several lineages is looked at so altogether.
    /// </summary>
    private void CheckTokens(CallRecord begun)
    {
        if (client.TokenRate is not { } rate)
        {
            return;
        }

        var last = _started[^1];
        var (real, reserved, isMixed) = (0L, 0L, false);
        for (var i = _started.Count - 1; i >= 0; i--)
        {
            var call = _started[i];
            isMixed |= call.Lineage != begun.Lineage;
            var isKnown = call.SettledAt >= 0 && call.SettledAt < last.AskedAt && call.SettledBy == begun.Lineage;
            reserved += LeastOf(call);
            real += isKnown ? call.TokensUsed : LeastOf(call);
            var length = judge.Now - call.AskedAt;
            var most = rate.Burst + (length * (1 + Judge.Drift) * rate.Amount / rate.Period.Ticks);
            if ((isMixed ? reserved : real) > most + Judge.Rounding)
            {
                judge.Fail("R2", $"{client.Name}: {(isMixed ? reserved : real)} tokens in a window of "
                    + $"{SimulatedWorld.Text(length)} s, where {most:0.00} may be; the last call is {begun}.");
                return;
            }
        }
    }

    /// <summary>D1. Edges that are on their own run no more than their part of the slots, all calls together.</summary>
    internal void CheckAlone(CallRecord begun)
    {
        var atEdge = _running.Count(call => call.Edge == begun.Edge);
        if (client.Slots is not null && atEdge > Outages.SlotsOf(begun))
        {
            judge.Fail("D1", $"{client.Name}: {atEdge} calls run at one edge, the last one without their grain, where "
                + $"{Outages.SlotsOf(begun)} may.");
        }
    }

    /// <summary>Tokens that its quota has to count, at least.</summary>
    private long TokensAtLeast => _started.Sum(LeastOf);

    /// <summary>What a call is charged at least: what it reserved, or what it used of that.</summary>
    private static long LeastOf(CallRecord call) =>
        call.Use is null ? call.LeastReserved : Math.Min(call.TokensUsed, call.LeastReserved);
}
