using System.Globalization;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Refusals;

/// <summary>
/// What a client hears when the pool fails: the gateway's words, never the pool's 401 or 429, and a slot that is free
/// again.
/// </summary>
[Collection(TroubledGroup.Name)]
public sealed class PoolTroubleTests(TroubledSluice troubled)
{
    [Theory]
    [InlineData("status=401", 502, "pool_refused_gateway")]
    [InlineData("status=403", 502, "pool_refused_gateway")]
    [InlineData("status=429", 503, "pool_overloaded")]
    [InlineData("status=503", 503, "pool_overloaded")]
    [InlineData("status=500", 502, "pool_error")]
    [InlineData("status=504", 504, "pool_timeout")]
    [InlineData("garbage", 502, "pool_bad_answer")]
    [InlineData("cut-after=2", 502, "pool_connection_lost")]
    [InlineData("slow=20000ms", 504, "pool_timeout")]
    [InlineData("hang", 504, "pool_timeout")]
    public async Task A_failure_of_the_pool_is_told_as_the_gateways_own(string simulate, int status, string code)
    {
        var access = await troubled.Sluice.Admins.NewAccessAsync(Limits.Slots(1));
        var client = troubled.Sluice.With(access.Key);

        var answer = await client.ChatAsync(simulate: simulate);

        answer.IsError(status, code);
        HasRetryAfter(answer, 1);
        Assert.DoesNotContain("WWW-Authenticate", answer.Headers.Keys);
        await IsWellAgainAsync(access);
    }

    /// <summary>The same before a stream has begun: it is an answer, not an event.</summary>
    [Theory]
    [InlineData("status=401", 502, "pool_refused_gateway")]
    [InlineData("status=429", 503, "pool_overloaded")]
    [InlineData("garbage", 502, "pool_bad_answer")]
    [InlineData("hang", 504, "pool_timeout")]
    public async Task A_stream_that_does_not_begin_is_an_error_like_any_other(string simulate, int status, string code)
    {
        var access = await troubled.Sluice.Admins.NewAccessAsync(Limits.Slots(1));

        using var stream = await troubled.Sluice.With(access.Key).StreamAsync(simulate: simulate);

        (await stream.AnswerAsync()).IsError(status, code);
        await IsWellAgainAsync(access);
    }

    [Theory]
    [InlineData("garbage-stream", "pool_bad_answer")]
    [InlineData("cut-after=3", "pool_connection_lost")]
    [InlineData("hang-after=3", "pool_timeout")]
    public async Task A_stream_that_breaks_ends_with_an_error_event_and_in_good_order(string simulate, string code)
    {
        var access = await troubled.Sluice.Admins.NewAccessAsync(Limits.Slots(1));
        using var stream = await troubled.Sluice.With(access.Key).StreamAsync(simulate: simulate);
        Assert.Equal(200, stream.Status);

        var events = await stream.RestAsync(); // A connection that is cut would be an exception here.

        var error = JsonNode.Parse(events[^1])!["error"]!.AsObject();
        Assert.Equal(["code", "message", "param", "type"], error.Select(member => member.Key).Order());
        Assert.Equal(code, (string?)error["code"]);
        Assert.DoesNotContain("[DONE]", events);
        await IsWellAgainAsync(access);
    }

    [Fact]
    public async Task The_wait_that_an_overloaded_pool_asks_for_is_passed_on()
    {
        var access = await troubled.Sluice.Admins.NewAccessAsync();

        var answer = await troubled.Sluice.With(access.Key).ChatAsync(simulate: "status=429;retry-after=7");

        HasRetryAfter(answer.IsError(503, "pool_overloaded"), 7);
    }

    [Fact]
    public async Task A_pool_that_is_down_is_503_and_costs_nothing()
    {
        var access = await troubled.Sluice.Admins.NewAccessAsync(Limits.Slots(1), Limits.Quota(5));

        var answer = await troubled.Sluice.With(access.Key).ChatAsync(model: TroubledSluice.ModelOfThePoolThatIsDown);

        HasRetryAfter(answer.IsError(503, "pool_unavailable"), 1);
        await troubled.Sluice.Admins.AllSlotsFreeAsync(access.ClientId);
        Assert.Equal(0, (await troubled.Sluice.Admins.StateAsync(access.ClientId)).Used["monthly"]);
    }

    private static void HasRetryAfter(EdgeAnswer answer, int seconds)
    {
        Assert.Equal(seconds, int.Parse(answer.Headers["Retry-After"], CultureInfo.InvariantCulture));
        Assert.Equal(seconds * 1000, int.Parse(answer.Headers["retry-after-ms"], CultureInfo.InvariantCulture));
        Assert.Equal("true", answer.Headers["x-should-retry"]);
    }

    /// <summary>The one slot is free, so the next call is served.</summary>
    private async Task IsWellAgainAsync(Access access)
    {
        await troubled.Sluice.Admins.AllSlotsFreeAsync(access.ClientId);
        (await troubled.Sluice.With(access.Key).ChatAsync()).Is(200);
    }
}
