using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Unit.Rules.Limits;

public sealed class DegradedDebtsTests
{
    private readonly DegradedDebts _debts = new();

    [Fact]
    public void What_is_new_is_taken_once_in_every_unit()
    {
        var first = new DegradedUse(2, new Costs(30, 0, [new Cost("images", 1)]));

        AssertSame(first, _debts.Take(1, first, default));
        Assert.True(_debts.Take(1, first, default).IsNothing);

        var more = new DegradedUse(3, new Costs(30, 9, [new Cost("images", 4)]));
        AssertSame(
            new DegradedUse(1, new Costs(0, 9, [new Cost("images", 3)])), _debts.Take(1, more, default));
        Assert.True(_debts.Take(1, first, default).IsNothing); // Late, out of order.
    }

    [Fact]
    public void Each_edge_session_owes_for_itself()
    {
        Assert.Equal(2, _debts.Take(1, new DegradedUse(2, default), default).Requests);
        Assert.Equal(5, _debts.Take(2, new DegradedUse(5, default), default).Requests);
        Assert.Equal(1, _debts.Take(1, new DegradedUse(3, default), default).Requests);
    }

    /// <summary>Guards clients against paying again for what an owner took that is gone.</summary>
    [Fact]
    public void An_owner_that_knows_nothing_takes_what_no_owner_has_taken() =>
        Assert.Equal(3, _debts.Take(1, new DegradedUse(10, default), new DegradedUse(7, default)).Requests);

    [Fact]
    public void A_total_that_cannot_be_is_bounded()
    {
        Assert.Equal(
            DegradedUse.Most, _debts.Take(1, new DegradedUse(long.MaxValue, default), default).Requests);
        Assert.True(_debts.Take(2, new DegradedUse(-5, new Costs(-1, -1)), new DegradedUse(-9, default)).IsNothing);
    }

    [Fact]
    public void Only_so_many_sessions_are_kept_and_the_one_that_tells_is()
    {
        for (var session = 1; session <= DegradedDebts.SessionsMax + 10; session++)
        {
            _debts.Take(session, new DegradedUse(1, default), default);
        }

        _debts.Take(1, new DegradedUse(4, default), new DegradedUse(1, default));

        Assert.Equal(DegradedDebts.SessionsMax, _debts.Sessions);
        Assert.True(_debts.Take(1, new DegradedUse(4, default), default).IsNothing);
    }

    private static void AssertSame(DegradedUse expected, DegradedUse actual) =>
        Assert.True(
            expected.Beyond(actual).IsNothing && actual.Beyond(expected).IsNothing, $"{expected} and {actual}");
}
