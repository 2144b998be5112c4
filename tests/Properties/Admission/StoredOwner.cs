using Sluice.Rules;
using Sluice.Rules.Admission;
using Sluice.Rules.Limits;

namespace Sluice.Properties.Admission;

/// <summary>An account and what is stored of it, as its owner's ledger has it; a crash leaves what is stored.</summary>
internal sealed class StoredOwner
{
    private readonly Dictionary<string, (QuotaPeriod Period, long Reserved)> _quotas = [];
    private readonly Dictionary<string, (StoredRate Rate, TimeSpan At)> _rates = [];
    private readonly Dictionary<long, int> _slots = [];

    private readonly TimeSpan _lentFor;

    /// <param name="policy">The limits.</param>
    /// <param name="now">When it begins.</param>
    /// <param name="lentFor">How long what it lends may be spent; null is as long as a chunk.</param>
    public StoredOwner(ClientPolicy policy, Moment now, TimeSpan? lentFor = null)
    {
        (Policy, _lentFor) = (policy, lentFor ?? ChunkSize.Ttl);
        State = Recovered(now);
    }

    public ClientPolicy Policy { get; }

    public ClientState State { get; private set; }

    /// <summary>Counts the activations.</summary>
    public int Epoch { get; private set; } = 1;

    /// <summary>Stores as much as so many more calls of this session need.</summary>
    public void Extend(long session, Moment now, Costs costs = default, int requests = 1)
    {
        State.MoveTo(now, Policy);
        var next = ReserveRules.Next(State, Policy, new ReserveNeed(requests, costs, [session]), now.Elapsed);
        foreach (var quota in next.Quotas)
        {
            _quotas[quota.Key] = (quota.Period, quota.Reserved);
        }

        foreach (var rate in next.Rates)
        {
            _rates[rate.Key] = (rate.Rate, now.Elapsed);
        }

        foreach (var slots in next.Slots)
        {
            _slots[slots.EdgeSession] = slots.Highest;
        }

        ReserveRules.Stored(State, Policy, next);
    }

    public void Crash(Moment now)
    {
        Epoch++;
        State = Recovered(now);
    }

    private ClientState Recovered(Moment now) => new StoredCounts(
        _quotas.ToDictionary(row => row.Key, row => Quota.Recovered(row.Value.Period, row.Value.Reserved)),
        _rates.ToDictionary(row => row.Key, row => new RateStored(row.Value.Rate, now.Elapsed - row.Value.At)),
        [.. _slots.Where(row => row.Value > 0).Select(row => new StoredSlots(row.Key, row.Value))])
        { LentFor = _lentFor }.Begin(Policy, now);
}
