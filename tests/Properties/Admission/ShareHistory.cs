using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Admission;

/// <summary>
/// A tenant that lends shares, and clients that spend them, as the grains do it: with messages that come late, twice or
/// never, clocks that drift, crashes of either, and a tenant's activation that does not know that it was replaced. What
/// really passed is written down beside.
/// </summary>
internal sealed class ShareHistory
{
    private const long Session = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly StoredOwner _stored;
    private readonly Holder[] _clients;
    private readonly List<Action<bool>> _underWay = [];
    private readonly List<ShareOwner> _owners = [];
    private readonly Dictionary<long, long> _tokensOfShare = [];
    private readonly HashSet<long> _heardShares = [];
    private readonly HashSet<RequestId> _settled = [];
    private readonly List<PassedCall> _passed = [];

    private TimeSpan _elapsed;
    private long _sequence;

    public ShareHistory(ClientPolicy limits, int[] driftPerMillion)
    {
        _stored = new StoredOwner(limits, Now, ShareRules.Ttl);
        _owners.Add(new ShareOwner(_stored.State, _stored.Epoch));
        _clients = [.. driftPerMillion.Select(drift => new Holder { Drift = drift })];
    }

    /// <summary>Calls that were admitted, by what they really cost.</summary>
    public IReadOnlyList<PassedCall> Passed => _passed;

    /// <summary>Shares that were lent.</summary>
    public int Lent => _tokensOfShare.Count;

    public ClientState Tenant => _owners[^1].State;

    /// <summary>
    /// Tokens that the tenant may count though nobody used them: shares that it did not hear of in time, and calls
    /// whose end it was not told.
    /// </summary>
    public long Forgone =>
        _tokensOfShare.Where(share => !_heardShares.Contains(share.Key)).Sum(share => share.Value)
        + _passed.Where(call => !_settled.Contains(call.Id)).Sum(call => call.Reserved);

    private Moment Now => Client.At(_elapsed);

    private ClientPolicy Limits => _stored.Policy;

    public void Pass(TimeSpan time) => _elapsed += time;

    /// <summary>One call: by the client's share, or by a hold of its tenant.</summary>
    public void Ask(int client, long tokens, bool ofZombie)
    {
        var holder = _clients[client];
        var id = new RequestId(TenantRules.SessionOf($"client-{client}", Session), ++_sequence);
        var costs = new Costs(tokens, 0);
        if (holder.Share?.TrySpend(id, costs, holder.At(_elapsed)) is true)
        {
            _passed.Add(new PassedCall(client, id, _elapsed, tokens));
            return;
        }

        var owner = OwnerFor(ofZombie, 1, costs);
        var (decision, recall) = TenantRules.Hold(owner.State, id, costs, Limits, Now, owner.Recalls);
        foreach (var share in recall)
        {
            _underWay.Add(_ => Recalled(share));
        }

        if (decision.Verdict is Verdict.Admitted && owner.Epoch >= holder.Epoch)
        {
            holder.Epoch = owner.Epoch;
            _passed.Add(new PassedCall(client, id, _elapsed, tokens));
        }
    }

    /// <summary>The call used what it used, which its client is told, and tells its tenant once or twice.</summary>
    public void End(int which, int usedPercent, bool dispatched)
    {
        var running = _passed.Where(call => !call.IsOver).ToList();
        if (running.Count == 0)
        {
            return;
        }

        var call = running[which % running.Count];
        call.Ended(dispatched ? Math.Max(1, call.Reserved * usedPercent / 100) : 0, dispatched);
        var ending = dispatched
            ? new Ending(EndingKind.Used, new Costs(call.Tokens, 0))
            : new Ending(EndingKind.NotDispatched);
        var holder = _clients[call.Client];
        if (holder.Share?.Settle(call.Id, ending) is true)
        {
            _settled.Add(call.Id);
        }
        else if (holder.Told.Remove(call.Id))
        {
            holder.Ends.Add((call.Id, ending));
        }
        else
        {
            Complete(_owners[^1], call.Id, ending);
            Assert.False(AdmissionRules.Complete(Tenant, call.Id, ending, Limits, Now));
        }
    }

    /// <summary>Gives back what it has and asks for the next; nothing while an answer may still come.</summary>
    public void Exchange(int client, long requests, long tokens)
    {
        var holder = _clients[client];
        if (holder.Asked is { } last && _elapsed - last < Patience)
        {
            return;
        }

        holder.Exchange ??= holder.Next();
        holder.Asked = _elapsed;
        var (exchange, asked) = (holder.Exchange, holder.At(_elapsed).Elapsed);
        var (token, at) = (++holder.Token, _elapsed);
        var demand = requests == 0
            ? null
            : new ShareDemand(requests, [tokens, requests], [tokens, requests], Clients: _clients.Length);
        _underWay.Add(ofZombie => Answer(client, exchange, demand, ofZombie, reply =>
        {
            // An answer that comes after its question was given up is heard by nobody.
            if (token == holder.Token && _elapsed - at < Patience && holder.Epoch <= reply.Epoch)
            {
                holder.Answered(reply, Limits, asked);
            }
        }));
    }

    /// <summary>A message arrives; perhaps once more later.</summary>
    public void Deliver(int which, bool again, bool ofZombie)
    {
        if (_underWay.Count > 0)
        {
            var message = _underWay[which % _underWay.Count];
            if (!again)
            {
                _underWay.Remove(message);
            }

            message(ofZombie);
        }
    }

    public void Lose(int which)
    {
        if (_underWay.Count > 0)
        {
            _underWay.RemoveAt(which % _underWay.Count);
        }
    }

    /// <summary>Its calls go on, and their ends are told by the next activation, one by one.</summary>
    public void CrashClient(int client) => _clients[client] = new Holder
    {
        Drift = _clients[client].Drift, Number = ((_clients[client].Number >> 32) + 1) << 32,
    };

    public void CrashTenant()
    {
        _stored.Crash(Now);
        _owners.Add(new ShareOwner(_stored.State, _stored.Epoch));
    }

    /// <summary>Level and out together are never more than a full bucket, and out is what shares hold.</summary>
    public void Check()
    {
        var state = Tenant;
        for (var i = 0; i < state.Buckets.Length; i++)
        {
            var (bucket, limit) = (state.Buckets[i], Limits.Rates[i].Bucket);
            Assert.True(bucket.Credit <= (limit.Capacity - bucket.Out) * limit.Period.Ticks);
            Assert.Equal(state.Chunks.Out.Values.Sum(share => share.Rates[i]), bucket.Out);
        }
    }

    private void Answer(
        int client, HeldExchange exchange, ShareDemand? demand, bool ofZombie, Action<ShareReply> reply)
    {
        var owner = OwnerFor(
            ofZombie,
            (int)(demand?.Requests ?? 0),
            new Costs(demand is null ? 0 : demand.Rates[0] / demand.Requests, 0));
        var holder = TenantRules.HolderOf($"client-{client}");
        if (owner.IsNew(client, exchange.Number))
        {
            foreach (var returned in exchange.Returned)
            {
                if (ShareRules.Return(owner.State, new ChunkId(holder, returned.Number), returned, Limits, Now))
                {
                    _heardShares.Add(returned.Number);
                }
            }

            exchange.Ends.ForEach(end => Complete(owner, end.Id, end.Ending));
        }

        Chunk? share = null;
        if (demand is not null && owner.Recalls.MayGrant(_elapsed))
        {
            share = ShareRules.Grant(
                owner.State, new ChunkId(holder, owner.LastShare + 1), demand, Limits, Now);
        }

        if (share is not null)
        {
            owner.LastShare++;
            _tokensOfShare.Add(share.Id.Number, share.Quotas[0]);
        }

        _underWay.Add(_ => reply(new ShareReply(owner.Epoch, share)));
    }

    private void Recalled(ChunkId share)
    {
        var client = Array.FindIndex(
            _clients, holder => TenantRules.HolderOf($"client-{Array.IndexOf(_clients, holder)}") == share.EdgeSession);
        _clients[client].Recall(share.Number);
        Exchange(client, requests: 0, tokens: 0);
    }

    private void Complete(ShareOwner owner, RequestId id, Ending ending)
    {
        if (AdmissionRules.Complete(owner.State, id, ending, Limits, Now))
        {
            _settled.Add(id);
        }
    }

    /// <summary>The newest activation, which can store more; or the one before: it spends what it has open.</summary>
    private ShareOwner OwnerFor(bool ofZombie, int requests, Costs costs)
    {
        if (ofZombie && _owners.Count > 1)
        {
            return _owners[^2];
        }

        _stored.Extend(Session, Now, costs, requests);
        return _owners[^1];
    }
}
