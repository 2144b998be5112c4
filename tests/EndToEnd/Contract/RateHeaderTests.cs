using System.Globalization;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Contract;

/// <summary>The headers that clients steer by.</summary>
public sealed class RateHeaderTests(SharedSluice shared)
{
    [Fact]
    public async Task An_answer_tells_the_limit_in_numbers_and_Go_durations()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Rate(10, "1h", burst: 3, name: "hourly"));

        var answer = (await shared.Sluice.With(access.Key).ChatAsync()).Is(200);

        Assert.Equal("3", answer.Headers["x-ratelimit-limit-requests"]);
        Assert.Equal("2", answer.Headers["x-ratelimit-remaining-requests"]);
        Assert.Equal("hourly", answer.Headers["x-sluice-limit"]);
        Assert.InRange(ResetOf(answer.Headers), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(6)); // Ten an hour.
    }

    [Fact]
    public async Task Of_several_limits_the_binding_one_is_told()
    {
        var access = await shared.Admins.NewAccessAsync(
            Limits.Rate(100, "1m", name: "minute"), Limits.Rate(5, "1h", name: "hour"));

        var answer = (await shared.Sluice.With(access.Key).ChatAsync()).Is(200);

        Assert.Equal("hour", answer.Headers["x-sluice-limit"]);
        Assert.Equal("4", answer.Headers["x-ratelimit-remaining-requests"]);
    }

    [Fact]
    public async Task The_first_bytes_of_a_stream_tell_it_too()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Rate(10, "1h"));

        using var stream = await shared.Sluice.With(access.Key).StreamAsync(simulate: "hang-after=1");

        Assert.Equal(200, stream.Status);
        Assert.Equal("9", stream.Headers["x-ratelimit-remaining-requests"]);
        Assert.True(ResetOf(stream.Headers) > TimeSpan.Zero);
        Assert.StartsWith("req_", stream.Headers["x-request-id"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rate_that_is_used_up_says_when_to_come_back()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Rate(1, "30s", burst: 1));
        var client = shared.Sluice.With(access.Key);
        (await client.ChatAsync()).Is(200);

        var answer = (await client.ChatAsync()).IsError(429, "rate_limit_exceeded");

        var seconds = int.Parse(answer.Headers["Retry-After"], CultureInfo.InvariantCulture);
        var milliseconds = int.Parse(answer.Headers["retry-after-ms"], CultureInfo.InvariantCulture);
        Assert.InRange(seconds, 1, 30);
        Assert.InRange(milliseconds, 1, seconds * 1000);
        Assert.Equal("true", answer.Headers["x-should-retry"]);
        Assert.Equal("0", answer.Headers["x-ratelimit-remaining-requests"]);
        Assert.InRange(ResetOf(answer.Headers), TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(30));
        Assert.Contains($"Please try again in {seconds}s", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Above_a_minute_clients_are_told_not_to_repeat()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Rate(1, "1h", burst: 1));
        var client = shared.Sluice.With(access.Key);
        (await client.ChatAsync()).Is(200);

        var answer = (await client.ChatAsync()).IsError(429, "rate_limit_exceeded");

        Assert.True(int.Parse(answer.Headers["Retry-After"], CultureInfo.InvariantCulture) > 3_000);
        Assert.Equal("false", answer.Headers["x-should-retry"]);
    }

    [Fact]
    public async Task Full_slots_are_a_429_that_is_worth_repeating_and_names_the_limit()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Slots(1, "at-once"), Limits.Rate(10, "1h"));
        var client = shared.Sluice.With(access.Key);
        using var running = await client.StreamAsync(simulate: "hang-after=1");

        var answer = (await client.ChatAsync()).IsError(429, "rate_limit_exceeded");

        Assert.Equal("1", answer.Headers["Retry-After"]);
        Assert.Equal("true", answer.Headers["x-should-retry"]);
        Assert.Equal("at-once", answer.Headers["x-sluice-limit"]);
        Assert.Equal("9", answer.Headers["x-ratelimit-remaining-requests"]); // A refusal takes nothing.
    }

    [Fact]
    public async Task An_exhausted_quota_asks_for_no_repeat()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Quota(2));
        var client = shared.Sluice.With(access.Key);
        (await client.ChatAsync()).Is(200);
        (await client.ChatAsync()).Is(200);

        var answer = (await client.ChatAsync()).IsError(429, "insufficient_quota");

        Assert.Equal("insufficient_quota", (string?)answer.Json["error"]!["type"]);
        Assert.DoesNotContain("Retry-After", answer.Headers.Keys);
        Assert.Equal("false", answer.Headers["x-should-retry"]);
    }

    private static TimeSpan ResetOf(IReadOnlyDictionary<string, string> headers) =>
        GoDurationText.Read(headers["x-ratelimit-reset-requests"]);
}
