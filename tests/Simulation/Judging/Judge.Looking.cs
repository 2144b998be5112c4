using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Tenants;

namespace Sluice.Simulation.Judging;

/// <summary>What a grain shows an operator, held against the books.</summary>
internal sealed partial class Judge
{
    /// <summary>
    /// Besides its time-to-live, a slot may be taken for as long as its end is on its way to the grain.
    /// </summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(6);

    /// <summary>A look at a client was answered.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="look">What its grain had in memory, at some moment since <paramref name="sentAt"/>.</param>
    /// <param name="sentAt">When it was asked for.</param>
    internal void Looked(string clientId, ClientLiveState look, long sentAt)
    {
        var books = _clients[clientId];
        if (books.Client.Slots is not null)
        {
            CheckHeld(books, look, sentAt);
            CheckStuck(books, look);
        }

        if (books.Client.Quota is { } quota)
        {
            var count = look.Limits.Single(limit => limit.Name == SimulatedClient.QuotaName);
            CheckCount(books, count.Used, quota);
            CheckUse(books, look.Epoch, count.Used, sentAt);
        }
    }

    /// <summary>
    /// C6. A slot that is renewed stays taken, however long its call runs. What an activation was told of after the
    /// look was asked for, it may not have known yet when it was looked at.
    /// </summary>
    private void CheckHeld(ClientBooks books, ClientLiveState look, long sentAt)
    {
        var lineage = books.Lineages.Of(look.Epoch);
        var taken = look.Slots.Select(slot => slot.RequestId).ToHashSet();
        foreach (var call in books.Running)
        {
            var isKnown = call.RenewedEpoch > 0
                ? call.RenewedEpoch == look.Epoch && call.RenewedSince <= sentAt
                : call.Lineage == lineage;
            if (call.StartedAt <= sentAt && isKnown && !call.IsAlone && !HasLapsed(call) && call.CompletingAt < 0
                && !taken.Contains(call.Id))
            {
                Fail("C6", $"{call} runs, is renewed, and has no slot at epoch {look.Epoch} any more.");
            }
        }
    }

    /// <summary>C2. A slot whose call is over is free again within its time-to-live.</summary>
    private void CheckStuck(ClientBooks books, ClientLiveState look)
    {
        var late = look.Slots.Select(slot => _calls.GetValueOrDefault(slot.RequestId)).OfType<CallRecord>()
            .FirstOrDefault(call => call.EndedAt >= 0 && IsLate(call.EndedAt));
        if (late is not null)
        {
            Fail("C2", $"{late} of {books.Client.Name} ended {TimeSpan.FromTicks(Now - late.EndedAt)} ago, and its "
                + "slot is taken.");
        }
    }

    private bool IsLate(long since) => Now - since > (SlotTtl + Heartbeat).Ticks * (1 + Drift);

    /// <summary>
    /// Q2. A count is above what was used only by what crashes and lost answers explain: calls of which nobody knows
    /// whether they were admitted, and for each opening what the one before had reserved and not spent.
    /// </summary>
    private void CheckCount(ClientBooks books, long used, long quota)
    {
        var unknown = books.Asked - books.Started;
        var block = Math.Max(1, quota / 100) + 1;
        var most = books.Asked + books.AnsweredLate + books.Chunks.NotSpent
            + ((books.Openings - 1) * (block + unknown + books.Chunks.NotSpent));
        if (used > quota || used > most)
        {
            Fail("Q2", $"{books.Client.Name}: {used} are counted; {books.Asked} calls explain at most {most}.");
        }
    }

    /// <summary>
    /// Q2. A count is never below what was used, whatever the usage log has lowered it to. An activation that is over
    /// and does not know it shows its own count, of which the newest has stored enough.
    /// </summary>
    private void CheckUse(ClientBooks books, long epoch, long used, long sentAt)
    {
        var started = books.AllStarted.Count(call => call.StartedAt <= sentAt);
        if (epoch == books.Lineages.NewestEpoch && used < started)
        {
            Fail("Q2", $"{books.Client.Name}: {used} are counted by epoch {epoch}, and {started} calls had begun.");
        }
    }

    /// <summary>Everything is over, and long enough ago: nothing is in use any more.</summary>
    internal void CheckQuiet(string clientId, ClientLiveState look)
    {
        if (look.Slots.Length > 0)
        {
            Fail("C2", $"{_clients[clientId].Client.Name}: {look.Slots.Length} slots are taken, and nothing runs.");
        }

        if (_clients[clientId].Running.Count > 0)
        {
            Fail("C2", $"{_clients[clientId].Client.Name}: calls run at the pool that nobody waits for.");
        }
    }

    /// <summary>C2 of the tenant, which hears of ends through its clients.</summary>
    internal void CheckQuiet(SimulatedClient tenant, TenantLiveState look)
    {
        if (look.Calls > 0)
        {
            Fail("C2", $"Tenant {tenant.Tenant} counts {look.Calls} calls, and nothing runs.");
        }

        // By then every rate has refilled, unless something of it is out and never comes back.
        var lacking = look.Limits.FirstOrDefault(limit => limit.Name == "rate");
        if (lacking.Used > 0)
        {
            Fail("L1", $"Tenant {tenant.Tenant} lacks {lacking.Used} of its rate, and nothing was asked for.");
        }
    }

    /// <summary>
    /// Q4. In quiet times each call counts once, however often it was asked for; not looked at where the count was
    /// changed meanwhile to what the usage log shows.
    /// </summary>
    internal void CheckCounted(string clientId, long usedBefore, long usedAfter, long calls, long since)
    {
        if (usedAfter - usedBefore != calls && _clients[clientId].CorrectedAt < since)
        {
            Fail("Q4", $"{_clients[clientId].Client.Name}: {calls} calls were counted as {usedAfter - usedBefore}.");
        }
    }
}
