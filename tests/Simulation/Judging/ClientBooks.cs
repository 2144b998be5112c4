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

    /// <summary>
    /// Questions that were repeated and answered behind the call's end: the end may have overtaken them, on another
    /// connection, and then they took once more what nobody gives back.
    /// </summary>
    internal long AnsweredLate { get; set; }

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

        for (var (all, i) = (0L, _started.Count - 1); i >= 0; i--)
        {
            all++;
            var length = judge.Now - _started[i].AskedAt;
            var most = rate.Burst + (length * (1 + Judge.Drift) * rate.Amount / rate.Period.Ticks);
            if (all > most + Judge.Rounding)
            {
                judge.Fail("R1", $"{client.Name}: {all} calls in a window of {SimulatedWorld.Text(length)} s, where "
                    + $"{most:0.00} may be; the last one is {begun}.");
                return;
            }

            if (most >= _started.Count)
            {
                return; // A longer window has more room than there are calls.
            }
        }
    }

    /// <summary>
    /// C1, C4, C5. A call has its slot from its decision until its end, whoever decides; one that cannot be renewed is
    /// ended by its edge.
    /// </summary>
    private void CheckSlots(CallRecord begun)
    {
        if (client.Slots is not { } most)
        {
            return;
        }

        var stoodStill = _running.Count(judge.HasStoodStill);
        if (_running.Count - stoodStill > most)
        {
            judge.Fail("C1", $"{client.Name}: {_running.Count} calls run, of {most} that may, the last one is {begun}: "
                + $"{string.Join(", ", _running.Select(judge.Describe))}.");
        }
        else if (_running.Count > most)
        {
            judge.Exceeded(
                Gap.EdgeStoodStill, "C4", _running.Count - most, $"{client.Name}: {_running.Count} run, of {most}.");
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
