using System.Collections.Immutable;
using Sluice.Grains.Clients;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using RequestId = Sluice.Rules.Limits.RequestId;

namespace Sluice.Grains.Owners;

/// <summary>
/// The one owner of an account: what a client or a tenant has in use of its limits, stored ahead of use and fenced by
/// its epoch. What is asked of the account and by whom is the matter of the grains that derive from this.
/// </summary>
internal abstract partial class OwnerGrain(IClientLedger ledger, TimeProvider time) : Grain
{
    private readonly long _started = time.GetTimestamp();

    // What waits for more to be stored is stored for together, with the next write; who asks again counts once.
    private readonly HashSet<RequestId> _waiting = [];
    private readonly HashSet<long> _waitingSessions = [];

    // What is to be lent, of each rate, when more is stored; default for nothing.
    private ImmutableArray<long> _lending;

    private bool _extending;

    /// <summary>The limits that the account is counted by.</summary>
    protected ClientPolicy _policy = ClientPolicy.Nobody;

    /// <summary>What it has in use, whether it is a client's or a tenant's.</summary>
    protected ClientState _client = ClientState.Begin(
        ClientPolicy.Nobody, ImmutableDictionary<string, Quota>.Empty, default);

    /// <summary>The epoch that this activation opened; 0 when it opened none.</summary>
    protected long _epoch;

    /// <summary>True: a newer activation counts by now, and this one must grant nothing.</summary>
    protected bool _fenced;

    protected OwnerLease _lease;

    /// <summary>When the exact counts were stored that the last activation left; null when they were not.</summary>
    protected TimeSpan? _closedAt;

    /// <summary>What the account is kept under in the ledger.</summary>
    protected abstract string LedgerKey { get; }

    /// <summary>Slots are granted and renewed only as long as nobody else can count on this activation's end.</summary>
    protected abstract bool HasLease { get; }

    /// <summary>A limit counts calls at once, whatever becomes of those that cannot be renewed.</summary>
    protected abstract bool HasSlots { get; }

    /// <summary>How long what an activation has lent of its account may be spent.</summary>
    protected virtual TimeSpan LentFor => ChunkSize.Ttl;

    protected Moment Now => new(time.GetElapsedTime(_started), time.GetUtcNow());

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        CloseReserve(cancellationToken);

    /// <summary>The epoch is known, and nothing was granted in it.</summary>
    protected virtual void Opened()
    {
    }

    /// <summary>What is open is known, and nothing was granted yet.</summary>
    /// <param name="sinceWritten">How long ago the activation before stored something, at least.</param>
    /// <param name="cancellationToken">Ends the beginning.</param>
    protected virtual Task Began(TimeSpan sinceWritten, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The account is at this moment, and somebody has asked or told something.</summary>
    protected virtual void LookedAt()
    {
    }

    protected abstract void LogReserveFailed(Exception exception);

    protected abstract void LogFenced();

    /// <summary>
    /// Raises the epoch, counts all that was stored before as used, and opens the first part of quotas and rates, so
    /// that the first request finds room.
    /// </summary>
    protected async Task OpenReserve(CancellationToken cancellationToken)
    {
        var asked = Now.Elapsed;
        var opened = await ledger.OpenAsync(LedgerKey, cancellationToken);
        _epoch = opened.Epoch;
        _lease = new OwnerLease(asked);
        Opened();
        var found = opened.ToRule(_policy, time.GetUtcNow()) with { LentFor = LentFor };
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
        await Began(opened.SinceWritten, cancellationToken);
    }

    /// <summary>Stores so much more of each rate that it can be lent soon.</summary>
    protected void ExtendReserveToLend(ImmutableArray<long> tokens, TimeSpan now)
    {
        _lending = tokens;
        ExtendReserveIfLow(edgeSession: 0, waiting: null, default, now);
    }

    /// <summary>
    /// After a decision: stores more when less than half of what is ahead is open, or when the request waits for it.
    /// The client is at this moment.
    /// </summary>
    /// <param name="edgeSession">The edge that asks or reports; 0 for none.</param>
    /// <param name="waiting">The request that waits; null for none.</param>
    /// <param name="costs">What it costs.</param>
    /// <param name="now">The moment.</param>
    protected void ExtendReserveIfLow(long edgeSession, RequestId? waiting, Costs costs, TimeSpan now)
    {
        if (waiting is { } requestId)
        {
            _waiting.Add(requestId);
        }

        if (edgeSession > 0)
        {
            _waitingSessions.Add(edgeSession);
        }

        LookedAt();
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
            LogReserveFailed(exception);
        }
    }

    private async Task ExtendReserve(
        Costs costs, bool isNeeded, TimeSpan now, CancellationToken cancellationToken)
    {
        var need = new ReserveNeed(_waiting.Count, costs, _waitingSessions) { Lent = _lending };
        var next = ReserveRules.Next(_client, _policy, need, now);
        _lending = default;
        _waiting.Clear();
        _waitingSessions.Clear();
        if (next.IsEmpty && !isNeeded)
        {
            return;
        }

        _extending = true;
        try
        {
            if (!await ledger.ReserveAsync(LedgerKey, _epoch, next.ToLedger(), cancellationToken))
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
        if (await ledger.ReserveAsync(LedgerKey, _epoch, exact.ToLedger(), cancellationToken))
        {
            _closedAt = now.Elapsed;
        }
    }

    protected void Fenced()
    {
        _fenced = true;
        LogFenced();
        DeactivateOnIdle();
    }
}
