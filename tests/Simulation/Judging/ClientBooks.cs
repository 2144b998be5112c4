using Sluice.Simulation.Kernel;

namespace Sluice.Simulation.Judging;

/// <summary>
/// The judge's books of one client: what the pool saw of it, checked at every call that begins there.
/// </summary>
internal sealed partial class ClientBooks(SimulatedClient client, Judge judge)
{
    private readonly List<CallRecord> _started = [];
    private readonly List<CallRecord> _running = [];

    internal SimulatedClient Client => client;

    internal Lineages Lineages { get; } = new();

    /// <summary>What edges admitted of it without its grain.</summary>
    internal OutageBooks Outages { get; } = new(client, judge);

    /// <summary>What edges were granted of it to spend by themselves.</summary>
    internal ChunkBooks Chunks { get; } = new(client, judge);

    /// <summary>When its quota's count was last changed to what the usage log shows.</summary>
    internal long CorrectedAt { get; set; } = -1;

    /// <summary>By when they were asked for.</summary>
    internal IReadOnlyList<CallRecord> AllStarted => _started;

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
        if (!call.IsAlone)
        {
            CheckRate(call);
            CheckTokens(call);
            CheckSlots(call);
            CheckQuota();
        }
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
    /// within a window must fit it; every window that ends now is looked at. What edges admitted without the grain is
    /// in it as the debt that the grain has taken, if it had taken that before it decided on the last of them.
    /// </summary>
    private void CheckRate(CallRecord begun)
    {
        if (client.Rate is not { } rate)
        {
            return;
        }

        var (lastAskedAt, debt) = (_started[^1].AskedAt, Outages.Debts.Count - 1);
        for (var (all, i) = (0L, _started.Count - 1); i >= 0; i--)
        {
            all += _started[i].IsAlone ? 0 : 1;
            for (; debt >= 0 && Outages.Debts[debt].Since >= _started[i].AskedAt; debt--)
            {
                all += Outages.Debts[debt].TakenAt < lastAskedAt ? Outages.Debts[debt].Calls : 0;
            }

            var length = judge.Now - _started[i].AskedAt;
            var most = rate.Burst + (length * (1 + Judge.Drift) * rate.Amount / rate.Period.Ticks);
            if (all > most + Judge.Rounding)
            {
                judge.Fail("R1", $"{client.Name}: {all} calls in a window of {SimulatedWorld.Text(length)} s, where "
                    + $"{most:0.00} may be; the last one is {begun}.");
                return;
            }

            if (most >= _started.Count + Outages.Taken)
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

        var held = _running.Where(call => !call.IsAlone).ToList();
        var stoodStill = held.Count(judge.HasStoodStill);
        if (held.Count - stoodStill > most)
        {
            judge.Fail("C1", $"{client.Name}: {held.Count} calls run, of {most} that may, the last one is {begun}: "
                + $"{string.Join(", ", held.Select(judge.Describe))}.");
        }
        else if (held.Count > most)
        {
            judge.Exceeded(Gap.EdgeStoodStill, "C4", held.Count - most, $"{client.Name}: {held.Count} run, of {most}.");
        }
    }

    /// <summary>Q1, Q2, D2. What is stored is never below what is used, so no crash loses any of it.</summary>
    private void CheckQuota()
    {
        if ((client.Quota ?? client.TokenQuota) is not { } most)
        {
            return;
        }

        var used = client.TokenQuota is null ? Started : TokensAtLeast;
        if (used > most)
        {
            judge.Fail("Q1", $"{client.Name}: {used} in the month, of {most}.");
        }

        var stored = judge.StoredOf(client);
        if (used > stored)
        {
            judge.Fail("Q2", $"{client.Name}: {used} are used, and only {stored} are stored.");
        }
    }
}
