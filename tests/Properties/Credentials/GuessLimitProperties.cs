using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Credentials;
using Sluice.Rules.Limits;
using Xunit;

namespace Sluice.Properties.Credentials;

/// <summary>What holds of networks that guess, in whatever order they do.</summary>
public sealed class GuessLimitProperties
{
    private const int Networks = 6;
    private static readonly BucketLimit Limit = new(5, 3, TimeSpan.FromMinutes(1));

    /// <param name="Network">Who comes.</param>
    /// <param name="Guesses">True: with a wrong credential.</param>
    /// <param name="Pause">Milliseconds since the one before.</param>
    private readonly record struct Visit(int Network, bool Guesses, int Pause);

    private static readonly Gen<Visit[]> Visits =
        (from network in Gen.Choose(0, Networks - 1)
         from guesses in Gen.Frequency((4, Gen.Constant(true)), (1, Gen.Constant(false)))
         from pause in Gen.Frequency((5, Gen.Choose(0, 500)), (1, Gen.Choose(500, 60_000)))
         select new Visit(network, guesses, pause)).ArrayOf();

    [Fact]
    public void No_network_is_looked_at_with_more_guesses_than_its_limit_in_any_window() =>
        Law.Holds(Gen.Choose(0, 1), Visits, (_, visits) =>
        {
            var looked = new List<(int Network, TimeSpan At)>();
            Replay(visits, Networks, (visit, at, wait) =>
            {
                if (visit.Guesses && wait == TimeSpan.Zero)
                {
                    looked.Add((visit.Network, at));
                }
            });
            foreach (var times in looked.GroupBy(one => one.Network, one => one.At).Select(group => group.ToList()))
            {
                for (var from = 0; from < times.Count; from++)
                {
                    for (var to = from; to < times.Count; to++)
                    {
                        var refilled = (times[to] - times[from]).Ticks * Limit.Refill / Limit.Period.Ticks;
                        Assert.True(to - from + 1 <= Limit.Capacity + refilled, $"{to - from + 1} in a window");
                    }
                }
            }
        });

    [Fact]
    public void Who_never_guesses_never_waits() => Law.Holds(Gen.Choose(0, Networks - 1), Visits, (honest, visits) =>
        Replay(
            [.. visits.Select(visit => visit with { Guesses = visit.Guesses && visit.Network != honest })],
            networksMax: 2,
            (visit, _, wait) => Assert.True(visit.Network != honest || wait == TimeSpan.Zero)));

    [Fact]
    public void Nobody_waits_longer_than_one_more_guess_takes_to_refill() =>
        Law.Holds(Gen.Choose(1, Networks), Visits, (max, visits) => Replay(
            visits, max, (_, _, wait) => Assert.InRange(wait, TimeSpan.Zero, Limit.Period / Limit.Refill + Tick)));

    [Fact]
    public void Forgetting_changes_nothing_for_anybody() => Law.Holds(Gen.Choose(1, 3), Visits, (every, visits) =>
    {
        var forgetful = new List<TimeSpan>();
        var faithful = new List<TimeSpan>();
        Replay(visits, Networks, (_, _, wait) => faithful.Add(wait));
        Replay(visits, Networks, (_, _, wait) => forgetful.Add(wait), every);

        Assert.Equal(faithful, forgetful);
    });

    [Fact]
    public void A_network_that_was_quiet_long_enough_is_forgotten() =>
        Law.Holds(Gen.Choose(1, 3), Visits, (max, visits) =>
        {
            var (limit, now) = Replay(visits, max, (_, _, _) => { });

            limit.Forget(now + Limit.Period * Limit.Capacity);

            Assert.False(limit.HasAny);
        });

    private static TimeSpan Tick => TimeSpan.FromTicks(1);

    /// <summary>Each visitor that need not wait is looked at; a wrong credential is noted then.</summary>
    private static (GuessLimit Limit, TimeSpan Now) Replay(
        Visit[] visits, int networksMax, Action<Visit, TimeSpan, TimeSpan> see, int forgetEvery = int.MaxValue)
    {
        var limit = new GuessLimit(Limit, networksMax);
        var now = TimeSpan.Zero;
        for (var i = 0; i < visits.Length; i++)
        {
            now += TimeSpan.FromMilliseconds(visits[i].Pause);
            var prefix = new AddressPrefix((UInt128)(visits[i].Network + 1) << 64);
            var wait = limit.WaitOf(prefix, now);
            see(visits[i], now, wait);
            if (visits[i].Guesses && wait == TimeSpan.Zero)
            {
                limit.Guessed(prefix, now);
            }

            if (i % forgetEvery == forgetEvery - 1)
            {
                limit.Forget(now);
            }
        }

        return (limit, now);
    }
}
