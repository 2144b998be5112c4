using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Admission;

/// <summary>
/// A tenant and its clients, each with an owner that stores ahead, as the grains do it: the tenant holds first, time
/// may pass, the client decides, and gives back what it refuses. What really passed is written down beside.
/// </summary>
internal sealed class TenantHistory
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly StoredOwner _tenant;
    private readonly StoredOwner[] _clients;
    private readonly int[] _knownEpochs;
    private readonly List<Held> _held = [];
    private readonly Dictionary<RequestId, Held> _running = [];

    private TimeSpan _elapsed;
    private long _sequence;

    private sealed record Held(int Client, RequestId Id, int Epoch, TimeSpan At);

    public TenantHistory(ClientPolicy tenant, ClientPolicy client, int clients)
    {
        _tenant = new StoredOwner(tenant, Now);
        _clients = [.. Enumerable.Range(0, clients).Select(_ => new StoredOwner(client, Now))];
        _knownEpochs = new int[clients];
    }

    /// <summary>Calls that were admitted and reached a pool, or still may: when the tenant held for them.</summary>
    public Dictionary<RequestId, TimeSpan> Passed { get; } = [];

    private Moment Now => Client.At(_elapsed);

    private ClientPolicy Limits => _tenant.Policy;

    public void Pass(TimeSpan time)
    {
        _elapsed += time;

        // Nobody here renews: an edge ends what runs longer than its slot is held.
        foreach (var lapsed in _running.Values.Where(held => _elapsed - held.At >= Client.SlotTtl).ToList())
        {
            _running.Remove(lapsed.Id);
        }
    }

    public void Ask(int client)
    {
        var held = _held.Count;
        AskTenant(client);
        if (_held.Count > held)
        {
            DecideNext(held);
        }
    }

    /// <summary>The tenant's turn; the client's comes later, when the world may be another.</summary>
    public void AskTenant(int client)
    {
        var id = new RequestId(TenantRules.SessionOf($"client-{client}", 1), ++_sequence);
        _tenant.Extend(id.EdgeSession, Now);
        var before = _tenant.State.At(Now, Limits);
        var decision = TenantRules.Hold(_tenant.State, id, default, Limits, Now).Decision;
        _knownEpochs[client] = _tenant.Epoch;
        if (decision.Verdict is Verdict.Admitted)
        {
            _held.Add(new Held(client, id, _tenant.Epoch, _elapsed));
        }
        else
        {
            Client.AssertSame(before with { RecentUse = _tenant.State.RecentUse }, _tenant.State);
        }
    }

    public void DecideNext(int which)
    {
        if (_held.Count == 0)
        {
            return;
        }

        var held = _held[which % _held.Count];
        _held.Remove(held);
        if (held.Epoch < _knownEpochs[held.Client] || _elapsed - held.At > Patience)
        {
            return; // By an activation that its client believes no more, or so late that its client has given up.
        }

        var client = _clients[held.Client];
        client.Extend(held.Id.EdgeSession, Now);
        var before = client.State.At(Now, client.Policy);
        if (AdmissionRules.Decide(client.State, Client.Ask(held.Id), client.Policy, Now).Verdict is Verdict.Admitted)
        {
            Admitted(held);
        }
        else
        {
            Client.AssertSame(before with { RecentUse = client.State.RecentUse }, client.State);
            GiveBack(held);
        }
    }

    public void Complete(int which, bool dispatched)
    {
        if (_running.Count == 0)
        {
            return;
        }

        var (id, held) = _running.ElementAt(which % _running.Count);
        _running.Remove(id);
        var ending = new Ending(dispatched ? EndingKind.Unknown : EndingKind.NotDispatched);
        for (var i = 0; i <= which % 2; i++)
        {
            // Some of them are told twice, and each counts once.
            var client = _clients[held.Client];
            AdmissionRules.Complete(client.State, id, ending, client.Policy, Now);
            AdmissionRules.Complete(_tenant.State, id, ending, Limits, Now);
        }

        if (!dispatched)
        {
            Passed.Remove(id);
        }
    }

    /// <summary>Its edges go on with what runs, and its tenant still holds for it.</summary>
    public void CrashClient(int client) => _clients[client].Crash(Now);

    /// <summary>What runs is not in its memory any more; what is stored counts until that is surely over.</summary>
    public void CrashTenant() => _tenant.Crash(Now);

    private void Admitted(Held held)
    {
        Passed.Add(held.Id, held.At);
        _running.Add(held.Id, held);
        Assert.True(_running.Count <= Limits.Concurrency[0].Amount, $"{_running.Count} run at once.");
        Assert.True(Passed.Count <= Limits.Quotas[0].Amount, $"{Passed.Count} have passed in the month.");
    }

    private void GiveBack(Held held)
    {
        _tenant.State.MoveTo(Now, Limits);
        var (used, inUse) = (_tenant.State.Quotas[0].Used, _tenant.State.Slots.InUse);
        var isKnown = _tenant.State.Slots.Taken.ContainsKey(held.Id);

        Assert.Equal(isKnown, TenantRules.GiveBack(_tenant.State, held.Id, Limits, Now));
        Assert.False(TenantRules.GiveBack(_tenant.State, held.Id, Limits, Now));

        var returned = isKnown ? 1 : 0;
        Assert.Equal(
            (used - returned, inUse - returned), (_tenant.State.Quotas[0].Used, _tenant.State.Slots.InUse));
    }
}
