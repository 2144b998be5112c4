using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Grains.Clients;

/// <summary>What edges report of the calls they run, and whether this activation may speak for their slots.</summary>
internal sealed partial class ClientGrain
{
    /// <summary>How edges hold what runs to its slots.</summary>
    private SlotFence Fence => _policy.Concurrency.IsEmpty ? SlotFence.None
        : _plan?.LenientFence is true ? SlotFence.Lenient
        : SlotFence.Strict;

    private bool HasSlots => Fence is not SlotFence.None;

    /// <summary>Slots are granted and renewed only as long as nobody else can count on this activation's end.</summary>
    private bool HasLease => Fence is SlotFence.Strict;

    public ValueTask Renew(LiveRequests live)
    {
        Heard(live);
        return ValueTask.CompletedTask;
    }

    public ValueTask<ReportReply> Report(LiveRequests live) => ValueTask.FromResult(new ReportReply
    {
        IsRenewed = Heard(live),
        Epoch = _epoch,
        SlotTtl = _policy.SlotTtl,
        Fence = Fence,
    });

    /// <returns>Whether the slots of what runs are renewed.</returns>
    private bool Heard(LiveRequests live)
    {
        if (live.Epoch > _epoch && _epoch > 0 && !_fenced)
        {
            Fenced(); // The edge was answered by a newer activation.
        }

        var now = Now;
        _client.MoveTo(now, _policy);
        if (_fenced || (HasLease && !_lease.Holds(now.Elapsed, _policy.SlotTtl)))
        {
            ExtendReserveIfLow(live.EdgeSession, waiting: null, default, now.Elapsed);
            return false;
        }

        var deadline = now.Elapsed + _policy.SlotTtl;
        var running = live.Sequences.ToHashSet();
        if (live.Epoch == _epoch)
        {
            // The edge believes no earlier activation any more: what it runs by now is all that it may.
            _client.Slots.Adopt(live.EdgeSession, live.UpToSequence, running, deadline, live.Admitted);
        }
        else
        {
            _client.Slots.Renew(live.EdgeSession, live.UpToSequence, running, deadline);
        }

        ExtendReserveIfLow(live.EdgeSession, waiting: null, default, now.Elapsed);
        return true;
    }
}
