using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Limits;

/// <summary>
/// A ledger row with an epoch, the newest activation over it, and perhaps the one before, which does not yet know that
/// it was replaced. It keeps its own books of what was really spent, month by month.
/// </summary>
internal sealed class QuotaOwners(int limit, int block, DateTimeOffset start)
{
    internal sealed class Owner(int epoch, Quota quota)
    {
        public int Epoch { get; } = epoch;
        public Quota Quota { get; set; } = quota;
        public (QuotaPeriod Period, long Reserved)? Writing { get; set; }
        public Stack<(int Units, DateTimeOffset Taken, QuotaPeriod Month)> Refundable { get; } = new();
    }

    private readonly Dictionary<QuotaPeriod, long> _spent = [];
    private readonly Dictionary<QuotaPeriod, long> _overCounted = [];
    private (int Epoch, QuotaPeriod Period, long Reserved) _row = (1, QuotaPeriod.MonthOf(start), 0);
    private Owner _newest = new(1, new Quota(QuotaPeriod.MonthOf(start), 0, 0));
    private Owner? _older;
    private DateTimeOffset _utc = start;

    public void MoveBy(TimeSpan time) => _utc += time;

    public Owner Choose(bool older)
    {
        var owner = older && _older is not null ? _older : _newest;
        owner.Quota = owner.Quota.At(_utc);
        return owner;
    }

    public void Spend(Owner owner, int units)
    {
        switch (owner.Quota.Ask(units, limit))
        {
            case QuotaAnswer.Fits:
                owner.Quota = owner.Quota.Take(units);
                _spent[owner.Quota.Period] = SpentIn(owner.Quota.Period) + units;
                owner.Refundable.Push((units, _utc, owner.Quota.Period));
                break;
            case QuotaAnswer.Pending:
                Extend(owner, units);
                break;
        }
    }

    /// <summary>
    /// The call that spent last was never dispatched. Books: it was not spent, if its month still runs.
    /// </summary>
    public void Refund(Owner owner)
    {
        if (!owner.Refundable.TryPop(out var call))
        {
            return;
        }

        var before = owner.Quota.Used;
        owner.Quota = owner.Quota.Refund(call.Units, call.Taken);
        var returned = before - owner.Quota.Used;
        Assert.True(returned == 0 || (returned == call.Units && owner.Quota.Period == call.Month));
        _spent[call.Month] -= returned;
        if (owner != _newest)
        {
            _overCounted[call.Month] = _overCounted.GetValueOrDefault(call.Month) + returned;
        }
    }

    public void Extend(Owner owner, int units)
    {
        if (owner.Writing is null && owner.Quota.NextReserve(units, block, limit) is { } reserved)
        {
            Assert.InRange(reserved, owner.Quota.Reserved + 1, Math.Min(limit, owner.Quota.Used + units + block));
            owner.Writing = (owner.Quota.Period, reserved);
        }
    }

    public void Write(Owner owner, bool replied)
    {
        if (owner.Writing is not { } write)
        {
            return;
        }

        owner.Writing = null;
        if (owner.Epoch != _row.Epoch)
        {
            return; // Fenced: the row belongs to a newer activation.
        }

        if (write.Period.Number > _row.Period.Number
            || (write.Period == _row.Period && write.Reserved > _row.Reserved))
        {
            _row = (_row.Epoch, write.Period, write.Reserved);
        }

        if (replied)
        {
            owner.Quota = owner.Quota.WithReserved(write.Period, write.Reserved);
        }
    }

    public void Replace(bool olderLives)
    {
        _row = _row with { Epoch = _row.Epoch + 1 };
        var recovered = Quota.Recovered(_row.Period, _row.Reserved);
        _overCounted[recovered.Period] = recovered.Used - SpentIn(recovered.Period);
        _older = olderLives ? _newest : null;
        _newest = new Owner(_row.Epoch, recovered);
    }

    public void AssertNothingLostAndNothingOver()
    {
        Assert.All(_spent.Values, spent => Assert.True(spent <= limit, $"Spent {spent} of {limit}."));
        var period = _newest.Quota.Period;
        var spent = SpentIn(period);
        var stored = _row.Period == period ? _row.Reserved : 0;
        Assert.True(stored >= spent, "Stored less than was spent.");
        Assert.True(_newest.Quota.Used >= spent, "Counted less than was spent.");
        var lost = _overCounted.GetValueOrDefault(period);
        Assert.True(_newest.Quota.Used <= spent + lost, "Counted more than was lost.");
        Assert.True(_newest.Quota.Used <= _newest.Quota.Reserved, "Spent what was not stored.");
    }

    private long SpentIn(QuotaPeriod period) => _spent.GetValueOrDefault(period);
}
