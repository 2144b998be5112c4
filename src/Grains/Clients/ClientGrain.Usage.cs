using System.Runtime.CompilerServices;
using Sluice.Grains.Abstractions.Usage;
using Sluice.Grains.Usage;
using Sluice.Rules;
using Sluice.Rules.Limits;
using RuleId = Sluice.Rules.Limits.RequestId;

namespace Sluice.Grains.Clients;

/// <summary>
/// What edges log calls with, and what is logged in their place: calls and chunks of an edge that is not heard of any
/// more, as they were reserved. Should the edge tell after all, what it tells counts.
/// </summary>
internal sealed partial class ClientGrain
{
    private readonly LostUse _lostUse = new();
    private readonly List<UsageEvent> _lostEvents = [];

    private UsageTerms? _usageTerms;
    private DateTimeOffset _admittedLast;
    private OwnerKnown? _ownerKnown;
    private (TimeSpan SinceWritten, TimeSpan At) _opened;
    private bool _writingLost;

    /// <summary>When the call was admitted by the period that counts it: that of its slot, or of its chunk.</summary>
    private DateTimeOffset AdmittedAt(RuleId requestId, bool withChunk, Moment now)
    {
        var at = !withChunk && _client.Slots.Taken.TryGetValue(requestId, out var slot)
            ? slot.Admitted?.Utc ?? now.Utc
            : now.Utc;
        _admittedLast = at > _admittedLast ? at : _admittedLast;
        return at;
    }

    /// <summary>From here on it is noticed when nobody tells the end of what edges hold.</summary>
    private void WatchLost() => (_client.Slots.Lost, _client.Chunks.Lost) = (_lostUse, _lostUse);

    /// <summary>
    /// Learns since when there was an owner at all times; while that is not known, no count is lowered.
    /// </summary>
    private async Task BeginUsage(TimeSpan sinceWritten, CancellationToken cancellationToken)
    {
        WatchLost();
        _opened = (sinceWritten, Now.Elapsed);
        if (_policy.Quotas.IsEmpty)
        {
            return;
        }

        try
        {
            if (!(await KnowOwner(cancellationToken)).IsWhole)
            {
                BeginReconciling(); // A crash may have counted too much.
            }
        }
        catch (Exception exception)
        {
            LogUsageFailed(exception, ClientId, _epoch);
            BeginReconciling(); // Which asks again.
        }
    }

    private async Task<OwnerKnown> KnowOwner(CancellationToken cancellationToken)
    {
        if (_ownerKnown is not { } known)
        {
            var (sinceWritten, at) = _opened;
            known = await usage.OwnerBeginsAsync(
                ClientId, _epoch, sinceWritten + (Now.Elapsed - at), cancellationToken);
            _ownerKnown = known;
        }

        return known;
    }

    /// <summary>After a clean stop has stored the exact counts, or has not. What is out then leaves a gap.</summary>
    private async Task EndUsage(CancellationToken cancellationToken)
    {
        if (_epoch == 0)
        {
            return;
        }

        try
        {
            _client.MoveTo(Now, _policy);
            NoticeLost(Now);
            TakeUnloggedAtEnd();
            if (_lostEvents.Count > 0)
            {
                await usage.AppendLostAsync([.. _lostEvents], cancellationToken);
            }

            if (_closedAt is not null
                && _ownerKnown is { IsWhole: true }
                && _client.Slots.InUse == 0
                && _unlogged is null or { Count: 0 }
                && _client.Chunks.Out.Count == 0)
            {
                await usage.OwnerEndsAsync(ClientId, _epoch, cancellationToken);
            }
        }
        catch (Exception exception)
        {
            LogUsageFailed(exception, ClientId, _epoch);
        }
    }

    /// <summary>After every turn in which time has passed; the usual case is that nothing is lost.</summary>
    private void WriteLost()
    {
        if (_lostUse.IsEmpty && _lostEvents.Count == 0)
        {
            return;
        }

        NoticeLost(Now);
        if (!_writingLost)
        {
            _ = WriteLostBehind();
        }
    }

    private void NoticeLost(Moment now)
    {
        var (calls, chunks) = _lostUse.Take();
        foreach (var (requestId, slot) in calls)
        {
            _lostEvents.Add(LostEvent(requestId, slot, now));
        }

        foreach (var chunk in chunks)
        {
            if (chunk.Id.EdgeSession > 0)
            {
                _lostEvents.Add(LostEvent(
                    new RuleId(chunk.Id.EdgeSession, -chunk.Id.Number),
                    new Slot(chunk.Deadline, chunk.Granted), now) with
                {
                    Requests = chunk.Rates.AddRange(chunk.Quotas).Max(),
                });
            }
        }
    }

    private UsageEvent LostEvent(RuleId requestId, Slot slot, Moment now)
    {
        ref var kept = ref _decisions.Find(requestId);
        var isKept = !Unsafe.IsNullRef(ref kept);
        var facts = slot.Reserved.Call;
        return new UsageEvent
        {
            RequestId = requestId.ToWire(),
            ClientId = ClientId,
            Tenant = _usageTerms?.Tenant ?? "",
            Plan = _usageTerms?.Plan ?? "",
            Model = facts?.Model ?? (isKept ? kept.Model : _models.GetValueOrDefault(requestId, "")),
            Endpoint = facts?.Endpoint ?? "",
            KeyVersion = facts?.KeyVersion ?? (isKept ? kept.KeyVersion : 0),
            AdmittedAt = slot.Admitted?.Utc ?? now.Utc,
            EndedAt = now.Utc,
            Outcome = UsageOutcome.EdgeLost,
            Epoch = slot.Admitted is null ? Math.Max(1, _epoch - 1) : _epoch, // Taken over from the one before.
            Requests = 1,
            InputTokens = slot.Counted.InputTokens,
            OutputTokens = slot.Counted.OutputTokens,
            Images = slot.Reserved.Of(Units.Images),
            Pages = slot.Reserved.Of(Units.Pages),
        };
    }

    private async Task WriteLostBehind()
    {
        _writingLost = true;
        try
        {
            while (_lostEvents.Count > 0)
            {
                UsageEvent[] events = [.. _lostEvents];
                await usage.AppendLostAsync(events, CancellationToken.None);
                _lostEvents.RemoveRange(0, events.Length);
            }
        }
        catch (Exception exception)
        {
            LogUsageFailed(exception, ClientId, _epoch); // The next turn tries again.
        }
        finally
        {
            _writingLost = false;
        }
    }
}
