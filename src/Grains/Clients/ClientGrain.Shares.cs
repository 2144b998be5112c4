using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Grains.Tenants;
using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using RuleId = Sluice.Rules.Limits.RequestId;

namespace Sluice.Grains.Clients;

/// <summary>
/// A busy client of a tenant with limits holds a share of them, and decides on its calls without asking. There is one
/// share at a time: the next one is lent in exchange for the last, while what is left of that still comes back.
/// </summary>
internal sealed partial class ClientGrain : ITenantShareHolder
{
    // Ends are told before there are more; an exchange has no more of them.
    private const int EndsMost = 1_000;
    private const int EndsDue = EndsMost / 4;

    // Calls whose slots expired are still remembered; beyond this many more than there are slots they are looked for.
    private const int ShareCallsSlack = 256;

    private static readonly TimeSpan ShareLookPeriod = ShareRules.Span / 4;

    private readonly List<TenantShareReturn> _endedShares = [];
    private readonly List<Completion> _ends = [];

    // Calls that go on though their share has ended: the tenant knows them, or will with the next exchange.
    private readonly HashSet<RuleId> _shareCalls = [];

    private TenantShare? _share;

    /// <summary>What the tenant would have answered for a call of the share, when it granted that.</summary>
    private TenantHoldReply? _shareReply;

    /// <summary>Null when the tenant has no limits.</summary>
    private ShareUse? _shareUse;

    /// <summary>Told, and not known to be taken: it is told again, the same, before anything else is.</summary>
    private TenantExchange? _exchange;

    private long _lastExchange;
    private long _recalledShare;
    private TimeSpan _asksForShareFrom;
    private bool _asksAgainSoon;
    private bool _isExchanging;
    private bool _exchangesAgain;
    private IGrainTimer? _shareTimer;

    private bool HasUntold => _exchange is not null || _endedShares.Count > 0 || _ends.Count > 0;

    public ValueTask RecallShare(long number)
    {
        _recalledShare = Math.Max(_recalledShare, number);
        _asksForShareFrom = Now.Elapsed + ShareRules.Span;
        if (_share is { } share && share.Number <= number)
        {
            EndShare();
            _exchangesAgain = true;
            BeginExchange();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Decides by the share alone, in this turn; null when it does not reach: the tenant is asked.</summary>
    private AdmitReply? AdmitByShare(AdmitRequest request, Costs costs)
    {
        var requestId = request.RequestId.ToRule();
        if (_share is not { } share || !share.TrySpend(requestId, costs, Now))
        {
            return null;
        }

        var reply = AdmitNow(request, _shareReply);
        if (reply.Verdict is not Abstractions.Clients.Verdict.Admitted)
        {
            share.Undo(requestId);
        }

        return reply;
    }

    /// <summary>A call was admitted, by whomever: the next share is sized by it, and asked for when due.</summary>
    private void NoteUse(Costs costs)
    {
        var now = Now;
        _shareUse?.Add(costs, now.Elapsed);
        if (_share is { } share ? share.IsLow(now) : DemandAt(now) is not null)
        {
            BeginExchange();
        }
    }

    /// <summary>
    /// What a call used beyond or below its reservation is its share's matter as long as that has not ended, and then
    /// that of the next exchange.
    /// </summary>
    /// <returns>The ends that the tenant must be told of now.</returns>
    private Completion[] EndsToTellNow(Completion[] completions)
    {
        if (_share is null && _shareTimer is null)
        {
            return completions;
        }

        var now = new List<Completion>();
        foreach (var completion in completions)
        {
            var requestId = completion.RequestId.ToRule();
            if (_share?.ReservedBy(requestId) is { } reserved)
            {
                _share.Settle(requestId, completion.ToRule(reserved));
            }
            else if (_shareTimer is not null && _shareCalls.Remove(requestId))
            {
                _ends.Add(completion);
            }
            else
            {
                now.Add(completion);
            }
        }

        if (_ends.Count >= EndsDue)
        {
            BeginExchange();
        }

        return [.. now];
    }

    /// <summary>Of an edge: calls that have ended, and of which the tenant has not heard yet.</summary>
    private IEnumerable<long> UntoldOf(long edgeSession) =>
        from end in _ends.Concat(_exchange?.Ends ?? [])
        where end.RequestId.EdgeSession == edgeSession
        select end.RequestId.Sequence;

    /// <summary>The tenant is another one, or has changed: its shares were those of other limits.</summary>
    private void ShareUnder(ClientPolicy? ofTenant, bool isSame)
    {
        if (!isSame)
        {
            EndShare();
            _shareUse = ofTenant is null ? null : new ShareUse(ofTenant);
        }
    }

    /// <summary>An activation that ends gives back what it has; what it cannot tell counts as spent.</summary>
    private async Task EndShares()
    {
        _shareTimer?.Dispose();
        EndShare();
        try
        {
            while (HasUntold && _tenantPolicy is not null && await ExchangeOnce(demand: null))
            {
            }
        }
        catch (Exception exception)
        {
            LogNotGivenBack(exception, ClientId, _tenant?.Tenant ?? "");
        }
    }

    private void EndShare()
    {
        if (_share is not { } share)
        {
            return;
        }

        (_share, _shareReply) = (null, null);
        var returned = share.Return();
        _endedShares.Add(new TenantShareReturn
        {
            Number = returned.Number,
            Spent = [.. returned.Spent],
            Running = [.. returned.Running.Select(TenantMapping.ToWire)],
        });
        _shareCalls.UnionWith(returned.Running.Select(call => call.RequestId));
        if (_shareCalls.Count > _client.Slots.InUse + ShareCallsSlack)
        {
            _shareCalls.RemoveWhere(call => !_client.Slots.Taken.ContainsKey(call));
        }
    }

    private void BeginExchange()
    {
        if (_isExchanging)
        {
            return;
        }

        _shareTimer ??= this.RegisterGrainTimer(
            LookAtShare, new GrainTimerCreationOptions(ShareLookPeriod, ShareLookPeriod) { Interleave = true });
        _ = ExchangeBehind();
    }

    /// <summary>Behind the calls, which need not come: a share that nobody spends goes back in time too.</summary>
    private Task LookAtShare(CancellationToken cancellationToken)
    {
        if (_isExchanging)
        {
            return Task.CompletedTask;
        }

        if (_tenantPolicy is null)
        {
            (_exchange, _share) = (null, null); // It counts nothing any more.
            _endedShares.Clear();
            _ends.Clear();
            _shareCalls.Clear();
        }

        if (_share is null && !HasUntold)
        {
            _shareTimer?.Dispose();
            _shareTimer = null;
        }
        else if (_share is not { } share || share.IsLow(Now))
        {
            BeginExchange();
        }

        return Task.CompletedTask;
    }

    private async Task ExchangeBehind()
    {
        _isExchanging = true;
        try
        {
            do
            {
                _exchangesAgain = false;
                await ExchangeOnce(DemandAt(Now));
            }
            while (_exchangesAgain && HasUntold);
        }
        catch (Exception exception)
        {
            // What only asked is asked again by the next call; what told something is told again.
            _asksForShareFrom = Now.Elapsed + ShareRules.Span;
            _exchange = _exchange is { Returned.Length: 0, Ends.Length: 0 } ? null : _exchange;
            TenantFailed(exception);
        }
        finally
        {
            _isExchanging = false;
        }
    }

    /// <returns>Whether it was taken.</returns>
    private async Task<bool> ExchangeOnce(ShareDemand? demand)
    {
        if (_tenant is not { } tenant || _tenantPolicy is not { } limits)
        {
            return false;
        }

        var asked = Now.Elapsed; // Before it is sent: so this side of a share ends before the tenant's.
        var exchange = _exchange ??= NextExchange();
        var reply = await TenantAdmission.Exchange(exchange with
        {
            Version = tenant.Version,
            Demand = demand is null ? null : new TenantShareDemand
            {
                Requests = demand.Requests, Amounts = [.. demand.Rates, .. demand.Quotas],
            },
        });
        TenantAnswered();
        _exchange = reply.IsTaken && _exchange?.Number == exchange.Number ? null : _exchange;
        if (reply.Share is { } grant)
        {
            Accept(grant, reply, tenant.Version, limits, asked);
        }
        else if (demand is not null)
        {
            // Once: who is not lent anything then is not lent anything soon.
            var isSoon = reply.AskAgainAfter > TimeSpan.Zero && !_asksAgainSoon;
            _asksForShareFrom = Now.Elapsed + (isSoon ? reply.AskAgainAfter : ShareRules.Span);
            _asksAgainSoon = isSoon;
        }

        if (reply.Version > tenant.Version)
        {
            await RefreshTenant();
        }

        return reply.IsTaken;
    }

    private TenantExchange NextExchange()
    {
        EndShare();
        var ends = _ends.Count <= EndsMost ? _ends : _ends.GetRange(0, EndsMost);
        var next = new TenantExchange
        {
            ClientId = ClientId, Number = ++_lastExchange, Version = 0, Returned = [.. _endedShares], Ends = [.. ends],
        };
        _endedShares.Clear();
        _ends.RemoveRange(0, next.Ends.Length);
        return next;
    }

    private void Accept(
        TenantShareGrant grant, TenantExchangeReply reply, long version, ClientPolicy limits, TimeSpan asked)
    {
        if (grant.Parts.Length != limits.Rates.Length + limits.Quotas.Length || reply.Epoch < _tenantEpoch)
        {
            return; // By a neighbour that counts otherwise, or by who is believed no more: it is over soon.
        }

        (_tenantEpoch, _asksAgainSoon) = (reply.Epoch, false);
        _share = new TenantShare(grant.Number, limits, [.. grant.Parts], grant.GrantedAt, asked, grant.Lifetime);
        _shareReply = new TenantHoldReply
        {
            Verdict = Abstractions.Clients.Verdict.Admitted,
            Requests = grant.Requests,
            Tokens = grant.Tokens,
            Epoch = reply.Epoch,
            Version = reply.Version,
        };
        if (_fenced || grant.Number <= _recalledShare || reply.Version != version || version != _tenant?.Version)
        {
            EndShare();
            _exchangesAgain = true;
        }
    }

    private ShareDemand? DemandAt(Moment now) =>
        _fenced || now.Elapsed < _asksForShareFrom || _tenantPolicy is not { } limits
        || !ShareRules.CanBeGranted(limits)
            ? null
            : _shareUse?.DemandAt(now.Elapsed);
}
