using Sluice.Rules.Admission;
using Sluice.Rules.Limits;

namespace Sluice.Grains.Clients;

/// <summary>Keeps what is stored ahead of what is used, one write at a time; no request waits for it.</summary>
internal sealed partial class ClientGrain
{
    // What waits for more to be stored is stored for together, with the next write; who asks again counts once.
    private readonly HashSet<RequestId> _waiting = [];
    private readonly HashSet<long> _waitingSessions = [];

    private long _epoch;
    private bool _fenced;
    private bool _extending;
    private OwnerLease _lease;

    /// <summary>When the exact counts were stored that the last activation left; null when they were not.</summary>
    private TimeSpan? _closedAt;

    /// <summary>
    /// Raises the epoch, counts all that was stored before as used, and opens the first part of quotas and rates, so
    /// that the first request finds room.
    /// </summary>
    private async Task OpenReserve(CancellationToken cancellationToken)
    {
        var asked = Now.Elapsed;
        var opened = await ledger.OpenAsync(ClientId, cancellationToken);
        _epoch = opened.Epoch;
        _lease = new OwnerLease(asked);
        _lastChunk = _epoch << 32; // So no chunk of an earlier activation has a number of this one's.
        var found = opened.ToRule(_policy, time.GetUtcNow());
        if (!HasLease)
        {
            found = found with { SinceWritten = TimeSpan.Zero }; // Nobody need have asked for as long as it granted.
        }

        _client = found.Begin(_policy, Now);
        GoOnWithHandOver(opened.SinceWritten);
        var now = Now;
        _client.MoveTo(now, _policy);

        // Before it grants anything: a successor tells by it for how long this owner's slots may be held.
        await ExtendReserve(default, isNeeded: HasLease, now.Elapsed, cancellationToken);
        await BeginUsage(opened.SinceWritten, cancellationToken);
    }

    /// <summary>
    /// After a decision: stores more when less than half of what is ahead is open, or when the request waits for it.
    /// The client is at this moment.
    /// </summary>
    /// <param name="edgeSession">The edge that asks or reports; 0 for none.</param>
    /// <param name="waiting">The request that waits; null for none.</param>
    /// <param name="costs">What it costs.</param>
    /// <param name="now">The moment.</param>
    private void ExtendReserveIfLow(long edgeSession, RequestId? waiting, Costs costs, TimeSpan now)
    {
        if (waiting is { } requestId)
        {
            _waiting.Add(requestId);
        }

        if (edgeSession > 0)
        {
            _waitingSessions.Add(edgeSession);
        }

        WriteLost();
        if (!_extending && _epoch > 0 && !_fenced)
        {
            // Where calls go on without it too: the plan may become strict.
            var isDue = HasSlots && _lease.IsDue(now, _policy.SlotTtl);
            _ = ExtendReserveBehind(costs, isDue, now);
        }
    }

    /// <summary>
    /// Behind the request that noticed, which must not wait for storage. While the ledger fails, requests that fit what
    /// is open go on, the others stay pending, and each one tries again.
    /// </summary>
    private async Task ExtendReserveBehind(Costs costs, bool isNeeded, TimeSpan now)
    {
        try
        {
            await ExtendReserve(costs, isNeeded, now, CancellationToken.None);
            while (!_fenced && ReserveRules.HasUnstoredUse(_client))
            {
                // Calls used more than they reserved while that was written, and perhaps nobody asks again.
                await ExtendReserve(default, isNeeded: false, Now.Elapsed, CancellationToken.None);
            }
        }
        catch (Exception exception)
        {
            LogReserveFailed(exception, ClientId, _epoch);
        }
    }

    private async Task ExtendReserve(
        Costs costs, bool isNeeded, TimeSpan now, CancellationToken cancellationToken)
    {
        var next = ReserveRules.Next(_client, _policy, new ReserveNeed(_waiting.Count, costs, _waitingSessions), now);
        _waiting.Clear();
        _waitingSessions.Clear();
        if (next.IsEmpty && !isNeeded)
        {
            return;
        }

        _extending = true;
        try
        {
            if (!await ledger.ReserveAsync(ClientId, _epoch, next.ToLedger(), cancellationToken))
            {
                Fenced();
                return;
            }
        }
        finally
        {
            _extending = false;
        }

        // Into the state as it is now: admissions went on meanwhile, and the plan may have changed.
        _lease = _lease.ConfirmedAt(now);
        ReserveRules.Stored(_client, _policy, next);
    }

    /// <summary>A clean stop stores the exact counts: nothing was lost, so nothing is counted too high.</summary>
    private async Task CloseReserve(CancellationToken cancellationToken)
    {
        if (_epoch == 0 || _fenced || (_policy.Quotas.IsEmpty && _policy.Rates.IsEmpty && _policy.Concurrency.IsEmpty))
        {
            return;
        }

        var now = Now;
        _client.MoveTo(now, _policy);
        var exact = ReserveRules.Exact(_client, _policy, now.Elapsed);
        if (await ledger.ReserveAsync(ClientId, _epoch, exact.ToLedger(), cancellationToken))
        {
            _closedAt = now.Elapsed;
        }
    }

    private void Fenced()
    {
        _fenced = true;
        LogFenced(ClientId, _epoch);
        DeactivateOnIdle();
    }
}
