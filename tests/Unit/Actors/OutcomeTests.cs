using Sluice.Actors.Hosting;
using Xunit;

namespace Sluice.Unit.Actors;

/// <summary>How a call can end: with its result, an error, a time-out, a cancellation.</summary>
public sealed class OutcomeTests
{
    private readonly World _world = new();

    [Fact]
    public void An_error_reaches_the_caller_with_its_type()
    {
        var failure = World.Failure<FormatException>(_world.Begin(() => _world.Worker("a").Fail("bad")));

        Assert.Equal("bad", failure.Message);
    }

    [Fact]
    public void An_error_after_an_await_reaches_the_caller_and_the_grain_goes_on()
    {
        _world.Journal.Close("late");
        var call = _world.Begin(() => _world.Worker("a").Fail("late"));

        _world.Open("late");

        World.Failure<FormatException>(call);
        Assert.Equal("a did it", _world.Run(() => _world.Worker("a").Do("it")));
    }

    [Fact]
    public void A_one_way_call_is_over_for_its_caller_at_once()
    {
        _world.Journal.Close("slow");

        _world.Run(() => _world.Worker("a").Tell("slow"));
        Assert.DoesNotContain("a ends tell slow", _world.Journal.Entries);

        _world.Open("slow");
        Assert.Contains("a ends tell slow", _world.Journal.Entries);
    }

    [Fact]
    public void What_a_one_way_call_throws_is_logged()
    {
        _world.Run(() => _world.Worker("a").Tell("fail"));

        Assert.Contains(_world.Log.Errors, text => text.Contains("a.Tell failed", StringComparison.Ordinal));
    }

    [Fact]
    public void A_call_without_an_answer_times_out_naming_itself_and_who_was_before_it()
    {
        _world.Journal.Close("stuck");
        var grain = _world.Worker("a");
        var running = _world.Begin(() => grain.Do("stuck"));
        _world.Advance(TimeSpan.FromSeconds(10));
        var first = _world.Begin(() => grain.Quick("next"));
        var second = _world.Begin(() => grain.Quick("next"));

        _world.Advance(TimeSpan.FromSeconds(20) - TimeSpan.FromMilliseconds(1));
        Assert.False(running.IsCompleted);

        _world.Advance(TimeSpan.FromMilliseconds(51));
        var failure = World.Failure<TimeoutException>(running);
        Assert.Contains("worker/a.Do", failure.Message, StringComparison.Ordinal);
        Assert.Contains("2 requests waiting behind it", failure.Message, StringComparison.Ordinal);
        Assert.False(first.IsCompleted);

        _world.Advance(TimeSpan.FromSeconds(10));
        Assert.Contains("0 requests waited before it", World.Failure<TimeoutException>(first).Message,
            StringComparison.Ordinal);
        var last = World.Failure<TimeoutException>(second).Message;
        Assert.Contains("worker/a.Quick", last, StringComparison.Ordinal);
        Assert.Contains("1 requests waited before it, behind worker/a.Do", last, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_whose_time_is_over_never_runs()
    {
        _world.Journal.Close("stuck");
        var grain = _world.Worker("a");
        _ = _world.Begin(() => grain.Do("stuck"));
        var brief = _world.Begin(() => grain.Brief("late"));

        _world.Advance(TimeSpan.FromSeconds(3));
        World.Failure<TimeoutException>(brief);
        Assert.Equal(0, _world.Host.Activations()[0].Waiting);
        _world.Open("stuck");

        Assert.DoesNotContain(_world.Journal.Entries, entry => entry.Contains("late", StringComparison.Ordinal));
    }

    [Fact]
    public void A_method_has_the_time_its_attribute_gives_it()
    {
        _world.Journal.Close("slow");
        var call = _world.Begin(() => _world.Worker("a").Brief("slow"));

        _world.Advance(TimeSpan.FromMilliseconds(1_999));
        Assert.False(call.IsCompleted);

        _world.Advance(TimeSpan.FromMilliseconds(51));
        World.Failure<TimeoutException>(call);
    }

    [Fact]
    public void A_grain_that_answers_after_the_time_out_is_not_disturbed()
    {
        _world.Journal.Close("slow");
        var grain = _world.Worker("a");
        var call = _world.Begin(() => grain.Brief("slow"));
        _world.Advance(TimeSpan.FromSeconds(3));
        World.Failure<TimeoutException>(call);

        _world.Open("slow");

        Assert.Contains("a ends brief slow", _world.Journal.Entries);
        Assert.Equal("a did brief again", _world.Run(() => grain.Brief("again")));
    }

    [Fact]
    public void A_cancelled_call_that_waits_is_taken_out_of_the_queue()
    {
        using var cancellation = new CancellationTokenSource();
        _world.Journal.Close("first");
        var grain = _world.Worker("a");
        _ = _world.Begin(() => grain.Do("first"));
        var call = _world.Begin(() => grain.Watching("second", cancellation.Token));
        Assert.Equal(1, _world.Host.Activations()[0].Waiting);

        cancellation.Cancel();
        _world.Settle();

        World.Failure<OperationCanceledException>(call);
        Assert.Equal(0, _world.Host.Activations()[0].Waiting);
        _world.Open("first");
        Assert.DoesNotContain("a watches second", _world.Journal.Entries);
    }

    [Fact]
    public void A_cancelled_call_that_runs_sees_its_token_and_its_caller_waits_no_longer()
    {
        using var cancellation = new CancellationTokenSource();
        _world.Journal.Close("held");
        var call = _world.Begin(() => _world.Worker("a").Watching("held", cancellation.Token));

        cancellation.Cancel();
        _world.Settle();

        Assert.Contains("a sees the token", _world.Journal.Entries);
        World.Failure<OperationCanceledException>(call);
        _world.Open("held");
        Assert.Equal("a did it", _world.Run(() => _world.Worker("a").Do("it")));
    }

    [Fact]
    public void A_call_cancelled_before_it_is_made_never_runs()
    {
        var call = _world.Begin(() => _world.Worker("a").Watching("it", new CancellationToken(true)));

        World.Failure<OperationCanceledException>(call);
        Assert.DoesNotContain("a watches it", _world.Journal.Entries);
    }

    [Fact]
    public void The_request_context_goes_along_with_a_call_and_its_calls_and_never_comes_back()
    {
        var answer = _world.Run(async () =>
        {
            RequestContext.Set("who", "me");
            var carried = await _world.Worker("a").CarriedByOther("b", "who");
            return $"{carried}, and {RequestContext.Get("who")}";
        });

        Assert.Equal("me, then me, and me", answer);
    }

    [Fact]
    public void The_request_context_of_one_call_is_not_seen_by_the_next()
    {
        var grain = _world.Worker("a");
        _world.Run(async () =>
        {
            RequestContext.Set("who", "me");
            return await grain.Carried("who");
        });

        Assert.Equal("nothing", _world.Run(() => grain.Carried("who")));
        Assert.Null(RequestContext.Get("who"));
    }

    [Fact]
    public void The_request_context_can_be_listed_and_emptied()
    {
        RequestContext.Set("a", 1);
        RequestContext.Set("b", 2);
        Assert.True(RequestContext.Remove("a"));
        Assert.False(RequestContext.Remove("a"));
        Assert.Equal(["b"], RequestContext.Keys);
        Assert.Equal(2, Assert.Single(RequestContext.Entries).Value);

        RequestContext.Clear();
        Assert.Empty(RequestContext.Entries);
    }

    /// <summary>
    /// Guards the pool of calls: an answer that nobody took, or took late, must not reach another call.
    /// </summary>
    [Fact]
    public void Answers_never_reach_another_call()
    {
        _world.Journal.Close("held");
        var grain = _world.Worker("a");
        for (var round = 0; round < 200; round++)
        {
            var text = $"{round}";
            _world.Begin(() => grain.Brief(text));
            Assert.Equal($"a did {text}", _world.Run(() => grain.Quick(text)));
            Assert.Equal($"a did aside {text}", _world.Run(() => grain.Aside(text)));
        }
    }

    [Fact]
    public void Calls_before_the_start_are_refused()
    {
        var world = new World(new WorldOptions { Start = false });

        var failure = Assert.Throws<InvalidOperationException>(() => world.Worker("a"));

        Assert.Contains("StartAsync", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_infinite_response_time_out_never_ends_a_call()
    {
        var world = new World(
            new WorldOptions { Host = new ActorHostOptions { ResponseTimeout = Timeout.InfiniteTimeSpan } });
        world.Journal.Close("held");
        var call = world.Begin(() => world.Worker("a").Do("held"));

        world.Advance(TimeSpan.FromHours(1));
        Assert.False(call.IsCompleted);

        world.Open("held");
        World.Result(call);
    }
}
