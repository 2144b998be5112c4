using Sluice.Grains.Abstractions.Clients;

namespace Sluice.Grains.Owners;

/// <summary>What is reported of the calls that run, and whether this activation may speak for their slots.</summary>
internal abstract partial class OwnerGrain
{
    /// <summary>What runs is reported: of a client by an edge, of a tenant by a client for an edge.</summary>
    /// <returns>Whether the slots of what runs are renewed.</returns>
    protected bool Heard(LiveRequests live)
    {
        if (live.Epoch > _epoch && _epoch > 0 && !_fenced)
        {
            Fenced(); // Who reports was answered by a newer activation.
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
            // Who reports believes no earlier activation any more: what it runs by now is all that it may.
            _client.Slots.Adopt(
                live.EdgeSession, live.UpToSequence, running, deadline, live.Admitted, ReservedOf(live));
        }
        else
        {
            _client.Slots.Renew(live.EdgeSession, live.UpToSequence, running, deadline);
        }

        TellUses(live, now);

        // What calls have used beyond their reservation is stored soon.
        ExtendReserveIfLow(live.EdgeSession, waiting: null, default, now.Elapsed);
        return true;
    }
}
