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

    public StoredOwner(ClientPolicy policy, Moment now)
    {
        Policy = policy;
        State = Recovered(now);
    }

    public ClientPolicy Policy { get; }

    public ClientState State { get; private set; }

    /// <summary>Counts the activations.</summary>
    public int Epoch { get; private set; } = 1;

    /// <summary>Stores as much as one more call of this session needs.</summary>
    public void Extend(long session, Moment now)
    {
        State.MoveTo(now, Policy);
        var next = ReserveRules.Next(State, Policy, new ReserveNeed(1, default, [session]), now.Elapsed);
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
        .Begin(Policy, now);
}
