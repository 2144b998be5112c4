using System.Globalization;
using Sluice.Conformance.Engines;
using Sluice.Conformance.Scenes;
using Sluice.Testing;

namespace Sluice.Conformance.Timers;

/// <summary>Timers of a grain.</summary>
public sealed class TimerTests(SharedCluster cluster)
{
    private readonly string _key = Scene.NewKey();

    private Board Board => cluster.Engine.Board;

    private ITicking Grain => cluster.Engine.Client.GetGrain<ITicking>(_key);

    [Fact]
    public async Task Ticks_do_not_overlap_however_short_the_period_is()
    {
        var number = await Grain.Activation().Within();
        await Grain.Start("fast", 1, interleave: true).Within();

        await Board.Noted(_key, $"fast {number}", times: 20);

        Assert.All(Board.Notes($"{_key} inside fast"), inside => Assert.Equal("1", inside));
    }

    [Fact]
    public async Task The_period_counts_from_the_end_of_a_tick()
    {
        const int PeriodMilliseconds = 200;
        await Grain.StartSlow("slow", PeriodMilliseconds, _key).Within();
        await Eventually.True(() => Board.Notes($"{_key} slow begins").Count == 1, "The first tick begins.");
        var number = await cluster.Engine.Client.GetGrain<ITicking>($"{_key}x").Activation().Within();
        await cluster.Engine.Client.GetGrain<ITicking>($"{_key}x")
            .Start("other", PeriodMilliseconds / 2, false).Within();
        await Board.Noted($"{_key}x", $"other {number}", times: 4); // More than a period goes by.
        Assert.Single(Board.Notes($"{_key} slow begins"));

        Board.Open(_key);
        await Eventually.True(() => Board.Notes($"{_key} slow begins").Count == 3, "Ticks go on.");

        var begins = Times("slow begins");
        var ends = Times("slow ends");
        for (var i = 1; i < 3; i++)
        {
            // A system timer may be a little early.
            var between = TimeProvider.System.GetElapsedTime(ends[i - 1], begins[i]);
            Assert.InRange(between.TotalMilliseconds, PeriodMilliseconds - 20, double.MaxValue);
        }
    }

    [Fact]
    public async Task A_tick_waits_for_the_running_request_unless_it_interleaves()
    {
        var number = await Grain.Activation().Within();
        var hold = Grain.Hold(_key);
        await Board.Noted(_key, "holds");
        Board.Open(_key);
        await hold.Within();

        await Grain.Start("patient", 10, interleave: false).Within();
        await Grain.Start("eager", 10, interleave: true).Within();
        hold = Grain.Hold($"{_key} 2");
        await Board.Noted(_key, "holds", times: 2);
        var before = Board.Count(_key, $"eager {number}");
        var patient = Board.Count(_key, $"patient {number}");
        await Board.Noted(_key, $"eager {number}", before + 10);
        Assert.Equal(patient, Board.Count(_key, $"patient {number}"));

        Board.Open($"{_key} 2");
        await hold.Within();
        await Board.Noted(_key, $"patient {number}", patient + 2);
    }

    [Fact]
    public async Task A_timer_ends_with_its_activation()
    {
        var first = await Grain.Activation().Within();
        await Grain.Start("timer", 5, interleave: false).Within();
        await Board.Noted(_key, $"timer {first}", times: 2);

        await Grain.Leave().Within();
        await Board.Noted(_key, $"gone {first}");
        var second = await Grain.Activation().Within();
        await Grain.Start("timer", 5, interleave: false).Within();
        await Board.Noted(_key, $"timer {second}", times: 10);

        var afterwards = Board.Notes(_key).SkipWhile(note => note != $"gone {first}").Skip(1);
        Assert.All(afterwards, note => Assert.Equal($"timer {second}", note));
    }

    [Fact]
    public async Task A_tick_that_fails_is_followed_by_the_next()
    {
        var number = await Grain.Activation().Within();

        await Grain.StartFailing("failing").Within();
        await Board.Noted(_key, "failing", times: 3);

        Assert.Equal(number, await Grain.Activation().Within());
    }

    [Fact]
    public async Task A_timer_without_a_period_ticks_once_and_one_that_was_disposed_no_more()
    {
        var number = await Grain.Activation().Within();
        await Grain.Start("once", 0, interleave: false).Within();
        await Grain.StartThree("three").Within();
        await Board.Noted(_key, "three", times: 3);

        await Grain.Start("witness", 5, interleave: false).Within();
        await Board.Noted(_key, $"witness {number}", times: 10);

        Assert.Equal(1, Board.Count(_key, $"once {number}"));
        Assert.Equal(3, Board.Count(_key, "three"));
    }

    [Fact]
    public async Task A_timer_can_be_planned_anew()
    {
        var number = await Grain.Activation().Within();
        await Grain.StartChanged("changed").Within();
        await Board.Noted(_key, $"changed {number}");

        await Grain.Start("witness", 5, interleave: false).Within();
        await Board.Noted(_key, $"witness {number}", times: 10);

        Assert.Equal(1, Board.Count(_key, $"changed {number}"));
    }

    private long[] Times(string what) =>
        [.. Board.Notes($"{_key} {what}").Select(time => long.Parse(time, CultureInfo.InvariantCulture))];
}
