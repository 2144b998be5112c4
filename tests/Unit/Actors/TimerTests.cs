using Xunit;

namespace Sluice.Unit.Actors;

public sealed class TimerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly World _world = new(typeof(TickerGrain));

    private ITicker Ticker => _world.Host.GrainFactory.GetGrain<ITicker>("a");

    private int Ticks => _world.Journal.Entries.Count(entry => entry.StartsWith("tick", StringComparison.Ordinal));

    [Fact]
    public void A_timer_ticks_after_its_due_time_and_then_every_period()
    {
        _world.Run(() => Ticker.Begin(2 * Second, Second, TickerKind.Plain));

        _world.Advance(2 * Second - TimeSpan.FromTicks(1));
        Assert.Equal(0, Ticks);
        _world.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(1, Ticks);
        _world.Advance(Second);
        _world.Advance(Second);
        Assert.Equal(3, Ticks);
    }

    [Fact]
    public void A_timer_without_a_period_ticks_once()
    {
        _world.Run(() => Ticker.Begin(TimeSpan.Zero, Timeout.InfiniteTimeSpan, TickerKind.Plain));

        _world.Advance(Second);
        _world.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(1, Ticks);
    }

    [Fact]
    public void A_tick_never_overlaps_itself_and_the_period_counts_from_its_end()
    {
        _world.Run(() => Ticker.Begin(Second, Second, TickerKind.Interleave));
        _world.Journal.Close("tick");
        _world.Advance(Second);
        _world.Advance(10 * Second);
        Assert.Equal(1, Ticks);

        _world.Open("tick");
        _world.Advance(Second - TimeSpan.FromTicks(1));
        Assert.Equal(1, Ticks);
        _world.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(2, Ticks);
    }

    [Fact]
    public void A_tick_waits_for_the_running_request()
    {
        _world.Run(() => Ticker.Begin(Second, Second, TickerKind.Plain));
        _world.Journal.Close("work");
        _ = _world.Begin(Ticker.Work);
        _world.Advance(Second);
        Assert.Equal(0, Ticks);

        _world.Open("work");
        Assert.Equal(1, Ticks);
    }

    [Fact]
    public void An_interleaving_tick_runs_between_the_turns_of_a_request()
    {
        _world.Run(() => Ticker.Begin(Second, Second, TickerKind.Interleave));
        _world.Journal.Close("work");
        _ = _world.Begin(Ticker.Work);

        _world.Advance(Second);

        Assert.Equal(1, Ticks);
    }

    [Fact]
    public void A_request_waits_for_a_running_tick()
    {
        _world.Run(() => Ticker.Begin(Second, Second, TickerKind.Plain));
        _world.Journal.Close("tick");
        _world.Advance(Second);
        var work = _world.Begin(Ticker.Work);
        Assert.False(work.IsCompleted);

        _world.Open("tick");
        World.Result(work);
    }

    [Fact]
    public void What_a_tick_throws_is_logged_and_the_timer_goes_on()
    {
        _world.Run(() => Ticker.Begin(Second, Second, TickerKind.Failing));

        _world.Advance(Second);
        _world.Advance(Second);

        Assert.Equal(2, Ticks);
        Assert.Equal(2,
            _world.Log.Errors.Count(text => text.Contains("timer of ticker/a failed", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_disposed_timer_ticks_no_more()
    {
        _world.Run(() => Ticker.Begin(Second, Second, TickerKind.Plain));
        _world.Run(Ticker.StopTicking);

        _world.Advance(10 * Second);

        Assert.Equal(0, Ticks);
    }

    [Fact]
    public void A_changed_timer_follows_its_new_plan()
    {
        _world.Run(() => Ticker.Begin(Second, Second, TickerKind.Plain));
        _world.Run(() => Ticker.Change(5 * Second, 3 * Second));

        _world.Advance(4 * Second);
        Assert.Equal(0, Ticks);
        _world.Advance(Second);
        Assert.Equal(1, Ticks);
        _world.Advance(3 * Second);
        Assert.Equal(2, Ticks);
    }

    [Fact]
    public void A_timer_changed_during_its_tick_follows_the_new_plan_from_the_ticks_end()
    {
        _world.Run(() => Ticker.Begin(Second, Second, TickerKind.Changing));
        _world.Advance(Second);
        Assert.Equal(1, Ticks);

        _world.Advance(4 * Second);
        Assert.Equal(1, Ticks);
        _world.Advance(Second);
        Assert.Equal(2, Ticks);
    }

    [Fact]
    public void Timers_end_with_their_activation()
    {
        var armedBefore = _world.Time.ArmedTimers;
        _world.Run(() => Ticker.Begin(Second, Second, TickerKind.Plain));
        _world.Run(Ticker.End);
        Assert.Equal(armedBefore, _world.Time.ArmedTimers);

        _world.Advance(10 * Second);

        Assert.Equal(0, Ticks);
        Assert.Empty(_world.Host.Activations());
    }

    [Fact]
    public void Only_a_timer_that_keeps_alive_keeps_its_activation()
    {
        _world.Run(() => _world.Host.GrainFactory.GetGrain<ITicker>("kept")
            .Begin(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), TickerKind.KeepAlive));
        _world.Run(() => _world.Host.GrainFactory.GetGrain<ITicker>("left")
            .Begin(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), TickerKind.Plain));

        for (var minute = 0; minute < 20; minute++)
        {
            _world.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(["ticker/kept"], _world.Host.Activations().Select(activation => activation.GrainId.ToString()));
    }

    [Theory]
    [InlineData(-2, 1)]
    [InlineData(1, 0)]
    [InlineData(1, -2)]
    public void Impossible_times_are_refused(int dueSeconds, int periodSeconds) =>
        World.Failure<ArgumentOutOfRangeException>(
            _world.Begin(() => Ticker.Begin(dueSeconds * Second, periodSeconds * Second, TickerKind.Plain)));
}

internal enum TickerKind
{
    Plain,
    Interleave,
    Failing,
    Changing,
    KeepAlive,
}

internal interface ITicker : IGrainWithStringKey
{
    Task Begin(TimeSpan dueTime, TimeSpan period, TickerKind kind);

    Task Change(TimeSpan dueTime, TimeSpan period);

    Task StopTicking();

    Task Work();

    Task End();
}

internal sealed class TickerGrain(Journal journal) : Grain, ITicker
{
    private IGrainTimer? _timer;

    public Task Begin(TimeSpan dueTime, TimeSpan period, TickerKind kind)
    {
        _timer = this.RegisterGrainTimer(
            Tick, kind,
            new GrainTimerCreationOptions(dueTime, period)
            {
                Interleave = kind is TickerKind.Interleave,
                KeepAlive = kind is TickerKind.KeepAlive,
            });
        return Task.CompletedTask;
    }

    public Task Change(TimeSpan dueTime, TimeSpan period)
    {
        _timer!.Change(dueTime, period);
        return Task.CompletedTask;
    }

    public Task StopTicking()
    {
        _timer!.Dispose();
        return Task.CompletedTask;
    }

    public Task Work() => journal.Pass("work");

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private async Task Tick(TickerKind kind, CancellationToken cancellation)
    {
        Assert.False(cancellation.IsCancellationRequested);
        journal.Note($"tick {kind}");
        switch (kind)
        {
            case TickerKind.Failing:
                throw new FormatException("tick");
            case TickerKind.Changing:
                _timer!.Change(TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
                break;
        }

        await journal.Pass("tick");
    }
}
