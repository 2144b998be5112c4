using System.Collections.Immutable;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Grains.Clients;
using Sluice.Grains.Plans;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using RuleId = Sluice.Rules.Limits.RequestId;

namespace Sluice.Grains.Tenants;

/// <summary>Shares of the tenant's limits, which busy clients spend by themselves.</summary>
internal sealed partial class TenantGrain
{
    private readonly ShareRecalls _recalls = new();
    private readonly ChunkSeekers _shareSeekers = new(ShareRules.Ttl);

    // Whom shares are lent to, by the number they are kept under; and the last exchange of each client.
    private readonly Dictionary<long, string> _holders = [];
    private readonly Dictionary<string, long> _exchanged = [];

    private long _lastShare;

    protected override TimeSpan LentFor => ShareRules.Ttl;

    public ValueTask<TenantExchangeReply> Exchange(TenantExchange exchange)
    {
        var version = _tenant?.Version ?? 0;
        if (exchange.Version > version && !_fenced)
        {
            DeactivateOnIdle(); // Another activation has changed the tenant: the next one reads what is true.
        }

        var counts = !_fenced && HasLimits && _epoch > 0;
        if (!counts)
        {
            return ValueTask.FromResult(ReplyTo(isTaken: !_fenced && !HasLimits, version));
        }

        var now = Now;
        if (IsNew(exchange))
        {
            TakeBack(exchange, now);
            Settle(exchange.ClientId, exchange.Ends, now);
        }

        var demand = exchange.Version == version ? DemandOf(exchange, now) : null;
        var share = demand is null ? null : GrantShare(exchange.ClientId, demand, now);
        var toStore = demand is not null && share is null && _recalls.MayGrant(now.Elapsed)
            ? ShareRules.ToStore(_client, demand, _policy)
            : default;
        ExtendReserveToLend(toStore, now.Elapsed);
        return ValueTask.FromResult(ReplyTo(isTaken: true, version) with
        {
            Share = share, AskAgainAfter = toStore.IsDefault ? TimeSpan.Zero : TenantRules.RecallRetryAfter,
        });
    }

    /// <summary>So no share of an earlier activation has a number of this one's.</summary>
    protected override void Opened() => _lastShare = _epoch << 32;

    /// <summary>
    /// A client tells one exchange after the other. An earlier activation of it may still tell its own, which come
    /// seldom enough not to be remembered: what they tell twice is charged twice at most, and given back once.
    /// </summary>
    private bool IsNew(TenantExchange exchange)
    {
        var last = _exchanged.GetValueOrDefault(exchange.ClientId);
        if (exchange.Number > last)
        {
            _exchanged[exchange.ClientId] = exchange.Number;
            return true;
        }

        return exchange.Number >> 32 != last >> 32;
    }

    private void TakeBack(TenantExchange exchange, Rules.Moment now)
    {
        var holder = TenantRules.HolderOf(exchange.ClientId);
        foreach (var returned in exchange.Returned)
        {
            if (returned.Spent.All(static spent => spent is >= 0 and <= LimitRules.AmountMax))
            {
                ShareRules.Return(
                    _client,
                    new ChunkId(holder, returned.Number),
                    new ShareReturn(
                        returned.Number,
                        [.. returned.Spent],
                        [.. returned.Running.Select(call => TenantMapping.ToRule(
                            call, exchange.ClientId, _policy.HasScopes))]),
                    _policy,
                    now);
            }
        }
    }

    /// <summary>Null when it wants nothing, or what cannot be.</summary>
    private ShareDemand? DemandOf(TenantExchange exchange, Rules.Moment now)
    {
        var (rates, quotas) = (_policy.Rates.Length, _policy.Quotas.Length);
        return exchange.Demand is { } demand
            && demand.Amounts.Length == rates + quotas
            && demand.Amounts.All(static amount => amount is >= 0 and <= LimitRules.AmountMax)
                ? new ShareDemand(
                    demand.Requests, [.. demand.Amounts[..rates]], [.. demand.Amounts[rates..]],
                    _shareSeekers.CountWith(TenantRules.HolderOf(exchange.ClientId), now.Elapsed))
                : null;
    }

    private TenantShareGrant? GrantShare(string clientId, ShareDemand demand, Rules.Moment now)
    {
        var holder = TenantRules.HolderOf(clientId);
        var id = new ChunkId(holder, _lastShare + 1);
        if (!_recalls.MayGrant(now.Elapsed) || ShareRules.Grant(_client, id, demand, _policy, now) is not { } share)
        {
            return null;
        }

        _holders[holder] = clientId;
        LogLent(TenantId, share.Id.Number, clientId);
        return new TenantShareGrant
        {
            Number = ++_lastShare,
            Parts = [.. share.Rates, .. share.Quotas],
            Lifetime = ShareRules.Ttl - EdgeChunk.MarginOf(ShareRules.Ttl),
            GrantedAt = now.Utc,
            Requests = BindingRate.Of(_client, default, _policy, ofTokens: false).ToWire(),
            Tokens = BindingRate.Of(_client, default, _policy, ofTokens: true).ToWire(),
        };
    }

    /// <summary>Behind the call that is short, which is asked for again soon.</summary>
    private void Recall(ImmutableArray<ChunkId> shares)
    {
        foreach (var (holder, number) in shares)
        {
            if (_holders.TryGetValue(holder, out var clientId))
            {
                _ = RecallBehind(clientId, number);
            }
        }
    }

    private async Task RecallBehind(string clientId, long number)
    {
        try
        {
            await GrainFactory.GetGrain<ITenantShareHolder>(clientId).RecallShare(number);
        }
        catch (Exception exception)
        {
            LogNotRecalled(exception, clientId, TenantId, number); // It is over soon by itself.
        }
    }

    private void Settle(string clientId, Abstractions.Clients.Completion[] completions, Rules.Moment now)
    {
        foreach (var completion in completions)
        {
            var (session, sequence) = completion.RequestId;
            var requestId = new RuleId(TenantRules.SessionOf(clientId, session), sequence);
            var reserved = _client.Slots.Taken.TryGetValue(requestId, out var slot) ? slot.Reserved : default;
            AdmissionRules.Complete(_client, requestId, completion.ToRule(reserved), _policy, now);
            _holds.Remove(requestId);
        }
    }

    private TenantExchangeReply ReplyTo(bool isTaken, long version) => new()
    {
        Epoch = _fenced ? 0 : _epoch,
        Version = version,
        IsTaken = isTaken,
    };
}
