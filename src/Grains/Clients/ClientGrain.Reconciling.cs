using Sluice.Grains.Abstractions.Usage;
using Sluice.Grains.Usage;
using Sluice.Rules;
using Sluice.Rules.Limits;
using Sluice.Rules.Usage;

namespace Sluice.Grains.Clients;

/// <summary>
/// Compares what quotas count with the usage log, and corrects them: after a crash by itself, and when asked to. It
/// stands beside admission, which goes on: counts are taken at one moment, the log is waited for, and what was wrong
/// then is corrected now.
/// </summary>
internal sealed partial class ClientGrain : IClientUsage
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);

    /// <summary>Until an owner has surely stored what it noticed, once a slot's time is over.</summary>
    private static readonly TimeSpan NoticeTime = TimeSpan.FromMinutes(1);

    private readonly HashSet<long> _owing = [];

    private CountsAtCut? _cut;
    private LogCompleteness? _completeness;
    private IGrainTimer? _looking;
    private bool _isLooking;
    private ReconcileReply _reconciled = new();

    public ValueTask<ReconcileReply?> Reconcile(long after)
    {
        DeactivateIfNobody();
        if (_definition is null)
        {
            return ValueTask.FromResult<ReconcileReply?>(null);
        }

        if (_cut is null && _reconciled.Number <= after)
        {
            BeginReconciling();
        }

        return ValueTask.FromResult<ReconcileReply?>(_cut is null
            ? _reconciled
            : new ReconcileReply { Number = _reconciled.Number, Awaiting = [.. _completeness?.Awaiting ?? []] });
    }

    private void BeginReconciling()
    {
        if (_cut is not null || _fenced || _epoch == 0)
        {
            return;
        }

        var now = Now;
        _client.MoveTo(now, _policy);
        _admittedLast = now.Utc > _admittedLast ? now.Utc : _admittedLast;
        _cut = new CountsAtCut(now.Elapsed, _admittedLast, _policy.Quotas, [.. _client.Quotas]);
        _completeness = null;

        // First when no chunk from before is out: edges spend them without asking.
        _looking = this.RegisterGrainTimer(
            Look, new GrainTimerCreationOptions(ChunkSize.Ttl + LookPeriod, LookPeriod) { Interleave = true });
    }

    /// <summary>
    /// What quotas count before a call or chunk is settled that was counted at the cut; null when nobody wants to know,
    /// which is the usual case.
    /// </summary>
    private Quota[]? CountsBefore(Moment? admitted, Moment now)
    {
        if (_cut is not { } cut || !cut.IsBefore(admitted) || !cut.Quotas.SequenceEqual(_policy.Quotas))
        {
            return null;
        }

        _client.MoveTo(now, _policy);
        return [.. _client.Quotas];
    }

    private void NoteGivenBack(Quota[]? before)
    {
        if (before is not null)
        {
            _cut?.NoteGivenBack(before, _client.Quotas);
        }
    }

    private async Task Look(CancellationToken cancellationToken)
    {
        if (_cut is not { } cut || _isLooking)
        {
            return;
        }

        _isLooking = true;
        try
        {
            await LookAt(cut, cancellationToken);
        }
        catch (Exception exception)
        {
            LogUsageFailed(exception, ClientId, _epoch); // The next look tries again.
        }
        finally
        {
            _isLooking = false;
        }
    }

    private async Task LookAt(CountsAtCut cut, CancellationToken cancellationToken)
    {
        var owner = await KnowOwner(cancellationToken);
        var log = await usage.SessionsAsync(cancellationToken);
        if (_completeness is null)
        {
            _completeness = new LogCompleteness(log.Sessions);
            return;
        }

        // What an edge admitted alone and told as a debt is in no slot: only the edge itself can log it.
        var known = owner.IsWhole ? log.Now : owner.Until;
        var state = _completeness.Look(log.Sessions, known, _owing, _policy.SlotTtl + NoticeTime, log.Now);
        _client.MoveTo(Now, _policy);
        WriteLost();
        if (state is LogState.Waiting
            || (state is LogState.Complete
                && (cut.IsStillOut(_client) || _lostEvents.Count > 0 || IsUnlogged(cut))))
        {
            return;
        }

        var used = new IReadOnlyList<LoggedUse>[cut.Quotas.Length];
        for (var i = 0; i < used.Length; i++)
        {
            var (from, to) = PeriodOf(cut, i);
            used[i] = await usage.UsedAsync(
                new UsageQuestion(ClientId, from, to, _epoch, cut.Utc), cancellationToken);
        }

        if (_fenced || !cut.Quotas.SequenceEqual(_policy.Quotas))
        {
            EndReconciling(ReconcileState.Incomplete, []); // Counted by others, or by other limits.
            return;
        }

        Correct(cut, state is LogState.Complete, log, used);
        if (state is LogState.Complete)
        {
            // Not to be given up: the timer whose token this is has just ended.
            await usage.OwnerReconciledAsync(ClientId, _epoch, CancellationToken.None);
            _ownerKnown = new OwnerKnown(IsWhole: true, log.Now);
        }
    }

    private void Correct(CountsAtCut cut, bool isComplete, LogSessions log, IReadOnlyList<LoggedUse>[] used)
    {
        var now = Now;
        _client.MoveTo(now, _policy);
        var compared = new List<ReconciledQuota>();
        var isWhole = isComplete;
        for (var i = 0; i < used.Length; i++)
        {
            var (quota, count) = (cut.Quotas[i], cut.Counts[i]);
            if (!UsageReconciliation.CanTell(quota) || _client.Quotas[i].Period != count.Period)
            {
                isWhole &= _client.Quotas[i].Period != count.Period; // A period that is over needs no correction.
                continue;
            }

            var logged = used[i].Sum(use => use.Of(quota));
            var alone = used[i].Where(use => use.IsAlone).Sum(use => use.Of(quota));
            var isLogged = isComplete && log.HasAllSince(PeriodOf(cut, i).From);
            isWhole &= isLogged;
            var correction = UsageReconciliation.Correction(
                count.Used, logged, alone, cut.GivenBack(i), isLogged);
            _client.Quotas[i] = _client.Quotas[i].Corrected(count.Period, correction);
            compared.Add(new ReconciledQuota(quota.Name, count.Used, logged, correction));
            if (correction != 0)
            {
                LogReconciled(ClientId, _epoch, quota.Name, count.Used, logged, correction);
            }
        }

        EndReconciling(isWhole ? ReconcileState.Done : ReconcileState.Incomplete, [.. compared]);
        ExtendReserveIfLow(edgeSession: 0, waiting: null, default, now.Elapsed); // What was raised is stored.
    }

    private void EndReconciling(ReconcileState state, ReconciledQuota[] compared)
    {
        _reconciled = new ReconcileReply
        {
            Number = _reconciled.Number + 1,
            State = state,
            Awaiting = [.. _completeness?.Awaiting ?? []],
            Quotas = compared,
        };
        (_cut, _completeness) = (null, null);
        _looking?.Dispose();
        _looking = null;
    }

    private static (DateTimeOffset From, DateTimeOffset To) PeriodOf(CountsAtCut cut, int i)
    {
        var (calendar, period) = (cut.Quotas[i].Calendar, cut.Counts[i].Period);
        return (calendar.EndOf(new QuotaPeriod(period.Number - 1)), calendar.EndOf(period));
    }
}
