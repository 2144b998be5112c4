using System.Runtime.CompilerServices;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Rules;
using Sluice.Rules.Limits;
using Sluice.Rules.Usage;
using RuleId = Sluice.Rules.Limits.RequestId;

namespace Sluice.Grains.Clients;

/// <summary>
/// What edges told was used, until the log has it: an edge that is killed takes along what it had not told the log, and
/// nobody else would know of it.
/// </summary>
internal sealed partial class ClientGrain
{
    /// <summary>How often it is looked what the log has, while there is something that it may lack.</summary>
    private static readonly TimeSpan UnloggedPeriod = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Most that is kept; some 20 MB. It is reached when the log is away for long, and then the oldest are forgotten:
    /// no count is lowered by what their edges do not tell themselves.
    /// </summary>
    private const int UnloggedMax = 100_000;

    /// <summary>Most that an activation logs in place of its edges when it ends.</summary>
    private const int UnloggedAtEndMax = 500;

    /// <summary>Decisions that an end looks through for its call: a longer call is logged without its model.</summary>
    private const int DecisionsLookedAt = 64;

    private UnloggedUse<EndedUse>? _unlogged;
    private IGrainTimer? _lookingUnlogged;
    private bool _isLookingUnlogged;

    /// <summary>A call that had a slot has ended.</summary>
    private void NoteEnded(in Completion completion, RuleId requestId, Slot slot, Moment now)
    {
        if (completion.Outcome is CompletionOutcome.NotDispatched)
        {
            return; // It is charged nothing.
        }

        if (completion.LogBatch > 0)
        {
            AddUnlogged(requestId, slot, completion.LogBatch, completion, now);
        }
        else if (completion.LogBatch < 0)
        {
            _owing.Add(requestId.EdgeSession); // Which tells the log how many it could not keep, unless it is killed.
        }
    }

    /// <summary>Calls have ended whose edge did not tell how.</summary>
    /// <param name="logBatch">The batch in which it tells the log of them, at the latest; 0: it does not.</param>
    private void NoteLeftOut(long logBatch)
    {
        foreach (var (requestId, slot) in _lostUse.TakeLeftOut())
        {
            if (logBatch > 0)
            {
                AddUnlogged(requestId, slot, logBatch, completion: null, Now);
            }
        }
    }

    /// <summary>A chunk came back.</summary>
    private void NoteReturned(in ReturnedChunk returned, Chunk chunk, Moment now)
    {
        if (returned.UpToSequence > 0 && returned.Spent.Max() is > 0 and var spent)
        {
            var requestId = new RuleId(returned.EdgeSession, -returned.Number);
            Unlogged(returned.EdgeSession).AddChunk(
                returned.EdgeSession, returned.UpToSequence,
                new EndedUse(requestId, new Slot(chunk.Deadline, chunk.Granted), now.Utc, "", 0, null, spent));
        }
    }

    /// <summary>Whether there is something that was counted at the cut and that the log may lack.</summary>
    private bool IsUnlogged(CountsAtCut cut) => _unlogged?.Any(ended => cut.IsBefore(ended.Slot.Admitted)) is true;

    /// <summary>What the log lacks now and nobody else will tell, where that is little enough.</summary>
    private void TakeUnloggedAtEnd()
    {
        _lookingUnlogged?.Dispose();
        if (_unlogged is { Count: <= UnloggedAtEndMax } unlogged)
        {
            LogInPlace(unlogged.TakeAll());
        }
    }

    private void AddUnlogged(RuleId requestId, Slot slot, long logBatch, Completion? completion, Moment now)
    {
        ref var kept = ref _decisions.Find(requestId, DecisionsLookedAt);
        var (model, keyVersion) = Unsafe.IsNullRef(ref kept) ? ("", 0) : (kept.Model, kept.KeyVersion);
        Unlogged(requestId.EdgeSession).AddCall(
            requestId.EdgeSession, logBatch,
            new EndedUse(requestId, slot, now.Utc, model, keyVersion, completion, Requests: 1));
    }

    private UnloggedUse<EndedUse> Unlogged(long edgeSession)
    {
        var unlogged = _unlogged ??= new UnloggedUse<EndedUse>(_policy.SlotTtl);
        _lookingUnlogged ??= this.RegisterGrainTimer(
            LookUnlogged, new GrainTimerCreationOptions(UnloggedPeriod, UnloggedPeriod) { Interleave = true });
        if (unlogged.Count >= UnloggedMax && unlogged.TryForget(edgeSession))
        {
            _owing.Add(edgeSession);
        }

        return unlogged;
    }

    private async Task LookUnlogged(CancellationToken cancellationToken)
    {
        if (_isLookingUnlogged || _unlogged is not { } unlogged)
        {
            return;
        }

        _isLookingUnlogged = true;
        try
        {
            var log = await usage.RecentSessionsAsync(cancellationToken);
            LogInPlace(unlogged.Look(log.Sessions, Now.Elapsed));
            WriteLost();
            if (unlogged.Count == 0)
            {
                _lookingUnlogged?.Dispose();
                _lookingUnlogged = null;
            }
        }
        catch (Exception exception)
        {
            unlogged.LookFailed();
            LogUsageFailed(exception, ClientId, _epoch); // The next look tries again.
        }
        finally
        {
            _isLookingUnlogged = false;
        }
    }

    private void LogInPlace(IReadOnlyList<EndedUse> lost)
    {
        foreach (var ended in lost)
        {
            _lostEvents.Add(ended.ToEvent(LostEvent(ended.RequestId, ended.Slot, Now)));
        }
    }
}
