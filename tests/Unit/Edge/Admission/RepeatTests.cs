using Sluice.Edge.Admission;
using Sluice.Grains.Abstractions.Clients;
using Xunit;

namespace Sluice.Unit.Edge.Admission;

public sealed class RepeatTests
{
    [Fact]
    public void Pauses_double_from_10_up_to_250_milliseconds_less_up_to_half()
    {
        double[] longest = [10, 20, 40, 80, 160, 250, 250, 250];
        for (var failures = 1; failures <= longest.Length; failures++)
        {
            var pauses = Pauses(failures);
            Assert.All(pauses, pause => Assert.InRange(pause, longest[failures - 1] / 2, longest[failures - 1]));
            Assert.True(pauses.Max() - pauses.Min() > longest[failures - 1] * 0.45);
        }

        Assert.All(Pauses(int.MaxValue), pause => Assert.InRange(pause, 125, 250));
    }

    /// <summary>Guards a grain that is back: requests which failed together must not come back together.</summary>
    [Fact]
    public void Neighbouring_requests_pause_differently_and_the_same_one_always_alike()
    {
        Assert.Equal(Pauses(6), Pauses(6));
        Assert.InRange(Pauses(6).Distinct().Count(), 990, 1_000);
        Assert.NotEqual(Repeat.PauseAfter(6, new RequestId(1, 2)), Repeat.PauseAfter(6, new RequestId(2, 1)));
        Assert.NotEqual(Repeat.PauseAfter(6, new RequestId(1, 2)), Repeat.PauseAfter(7, new RequestId(1, 2)));
    }

    /// <summary>Guards a database in trouble: a write is waited for closely, an outage is not.</summary>
    [Fact]
    public void An_owner_that_cannot_decide_is_asked_ever_more_seldom_and_never_sooner_than_it_said()
    {
        double[] pauses = [.. Enumerable.Range(1, 24).Select(pending => After(5, pending))];

        Assert.Equal(
            [5, 5, 5, 5, 10, 10, 10, 10, 20, 20, 20, 20, 40, 40, 40, 40, 80, 80, 80, 80, 100, 100, 100, 100], pauses);
        Assert.Equal(100, After(5, int.MaxValue));
        Assert.Equal(300, After(300, 9));

        static double After(double said, int pending) =>
            Repeat.PauseWhilePending(TimeSpan.FromMilliseconds(said), pending).TotalMilliseconds;
    }

    private static double[] Pauses(int failures) =>
        [.. Enumerable.Range(1, 1_000).Select(i => Repeat.PauseAfter(failures, Some.RequestId(i)).TotalMilliseconds)];
}
