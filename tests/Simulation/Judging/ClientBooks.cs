using Sluice.Simulation.Kernel;

namespace Sluice.Simulation.Judging;

/// <summary>
/// The judge's books of one client: what the pool saw of it, checked at every call that begins there.
/// </summary>
internal sealed class ClientBooks(SimulatedClient client, Judge judge)
{
    private readonly List<CallRecord> _started = [];
    private readonly List<CallRecord> _running = [];

    internal SimulatedClient Client => client;

    internal Lineages Lineages { get; } = new();

    /// <summary>Calls that the pool has begun with.</summary>
    internal long Started => _started.Count;

    /// <summary>Calls that its clients have made.</summary>
    internal long Asked { get; set; }

    /// <summary>Activations that counted as used whatever the one before had reserved.</summary>
    internal long Openings { get; set; }

    internal IReadOnlyList<CallRecord> Running => _running;

    internal void Begin(CallRecord call)
    {
        Insert(call);
        _running.Add(call);
        CheckRate(call);
        CheckSlots(call);
        CheckQuota();
    }

    internal void End(CallRecord call) => _running.Remove(call);

    /// <summary>By the time they were asked for, so that the latest stand last.</summary>
    private void Insert(CallRecord call)
    {
        var at = _started.Count;
        while (at > 0 && _started[at - 1].AskedAt > call.AskedAt)
        {
            at--;
        }

        _started.Insert(at, call);
    }

    /// <summary>
    /// R1. Each call was decided on at some moment from its question to its beginning. Those whose moments all lie
    /// within a window must fit it; every window that ends now is looked at.
    /// </summary>
    private void CheckRate(CallRecord begun)
    {
        if (client.Rate is not { } rate)
        {
            return;
        }

        var (all, ofLineage, worst) = (0L, 0L, 0.0);
        for (var i = _started.Count - 1; i >= 0; i--)
        {
            var call = _started[i];
            all++;
            ofLineage += call.Lineage == begun.Lineage ? 1 : 0;
            var length = judge.Now - call.AskedAt;
            var most = rate.Burst + (length * (1 + Judge.Drift) * rate.Amount / rate.Period.Ticks);
            if (ofLineage > most + Judge.Rounding)
            {
                judge.Fail("R1", $"{client.Name}: {ofLineage} calls of {begun.Lineage} in a window of "
                    + $"{SimulatedWorld.Text(length)} s, where {most:0.00} may be.");
                return;
            }

            worst = Math.Max(worst, all - most);
            if (most >= _started.Count)
            {
                break; // A longer window has more room than there are calls.
            }
        }

        if (worst > Judge.Rounding)
        {
            judge.Exceeded(Gap.RateAfterCrash, "R1", (long)Math.Ceiling(worst - Judge.Rounding),
                $"{client.Name}: a window has {worst:0.00} calls too many.");
        }
    }

    /// <summary>
    /// C1, C4, C5. A call has its slot from its decision until its end, if its edge renews it in time.
    /// </summary>
    private void CheckSlots(CallRecord begun)
    {
        if (client.Slots is not { } most)
        {
            return;
        }

        var (all, held, ofLineage) = (0L, 0L, 0L);
        foreach (var call in _running)
        {
            all++;
            if (!judge.HasLapsed(call))
            {
                held++;
                ofLineage += call.Lineage == begun.Lineage ? 1 : 0;
            }
        }

        if (ofLineage > most)
        {
            judge.Fail("C1", $"{client.Name}: {ofLineage} calls of {begun.Lineage} run, of {most} that may: "
                + $"{string.Join(", ", _running)}.");
        }
        else if (held > most)
        {
            judge.Exceeded(Gap.SlotsAfterCrash, "C5", held - most, $"{client.Name}: {held} calls run, of {most}.");
        }
        else if (all > most)
        {
            judge.Exceeded(Gap.SlotsUnrenewed, "C4", all - most, $"{client.Name}: {all} calls run, of {most}.");
        }
    }

    /// <summary>Q1, Q2, D2. What is stored is never below what is used, so no crash loses any of it.</summary>
    private void CheckQuota()
    {
        if (client.Quota is not { } most)
        {
            return;
        }

        if (Started > most)
        {
            judge.Fail("Q1", $"{client.Name}: {Started} calls in the month, of {most}.");
        }

        var stored = judge.StoredOf(client);
        if (Started > stored)
        {
            judge.Fail("Q2", $"{client.Name}: {Started} calls have begun, and only {stored} are stored.");
        }
    }
}
