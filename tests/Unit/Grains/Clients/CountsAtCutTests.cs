using Sluice.Grains.Clients;
using Sluice.Rules;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>
/// Guards a comparison with the usage log against calls that are on both sides of its moment, or on none.
/// </summary>
public sealed class CountsAtCutTests
{
    private static readonly TimeSpan At = TimeSpan.FromSeconds(10);
    private static readonly DateTimeOffset Utc = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    private readonly CountsAtCut _cut = new(At, Utc, [], []);

    /// <summary>Who is admitted at once, before any clock has moved, was not counted at the cut.</summary>
    [Fact]
    public void What_happens_at_once_after_the_cut_is_later_by_every_clock_and_in_the_log()
    {
        var after = _cut.After(new Moment(At, Utc));

        Assert.True(_cut.IsBefore(new Moment(At, Utc)));
        Assert.False(_cut.IsBefore(after));
        Assert.Equal(Utc + TimeSpan.FromMicroseconds(1), after.Utc);
    }

    [Fact]
    public void A_calendar_that_is_set_back_moves_no_call_before_the_cut()
    {
        var after = _cut.After(new Moment(At + TimeSpan.FromSeconds(1), Utc - TimeSpan.FromHours(1)));

        Assert.Equal(new Moment(At + TimeSpan.FromSeconds(1), Utc + TimeSpan.FromMicroseconds(1)), after);
    }

    [Fact]
    public void What_happens_later_happens_when_it_happens()
    {
        var later = new Moment(At + TimeSpan.FromSeconds(1), Utc + TimeSpan.FromSeconds(1));

        Assert.Equal(later, _cut.After(later));
    }
}
