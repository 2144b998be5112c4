using System.Net;
using System.Text.Json;
using Xunit;

namespace Sluice.Unit.SimulatedPool;

public sealed class FailureTests
{
    private const string Path = "/v1/chat/completions";
    private const string Streamed = "\"stream\":true,\"stream_options\":{\"include_usage\":true}";

    private static CancellationToken Deadline => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("status=500", 500, null, null)]
    [InlineData("status=429", 429, "rate_limit_exceeded", null)]
    [InlineData("status=429;retry-after=7", 429, "rate_limit_exceeded", "7")]
    [InlineData("status=429; code=insufficient_quota", 429, "insufficient_quota", null)]
    public async Task Status_answers_that_error(string failure, int status, string? code, string? retryAfter)
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);
        using var response = await pool.ChatAsync(failure: failure);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(retryAfter, response.Headers.RetryAfter?.ToString());
        var error = (await RunningPool.ReadJsonAsync(response)).GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(1, pool.Statistics.Refused);
    }

    [Fact]
    public async Task Slow_lets_that_time_pass_first()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);
        var started = TimeProvider.System.GetTimestamp();

        using var response = await pool.ChatAsync(failure: "slow=30ms");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromMilliseconds(28));
    }

    [Fact(Timeout = RunningPool.DeadlineMilliseconds)]
    public async Task Hang_takes_the_request_and_no_place_and_never_answers()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);
        using var patience = new CancellationTokenSource();
        var call = pool.PostAsync(Path, RunningPool.Chat(), "hang", patience.Token);
        await pool.When(now => now.InFlight == 1);

        Assert.Equal(0, pool.Statistics.Running);
        Assert.False(call.IsCompleted);
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await pool.When(now => now is { InFlight: 0, Aborted: 1 });
    }

    [Theory(Timeout = RunningPool.DeadlineMilliseconds)]
    [InlineData(0, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task Hang_after_sends_so_many_tokens_and_keeps_the_place(int tokens, bool steps)
    {
        await using var pool = await RunningPool.StartAsync(steps ? RunningPool.Stepping : RunningPool.Instant);
        using var response = await pool.ChatAsync(Streamed, $"hang-after={tokens}");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Deadline));

        for (var line = 0; line < 2 * (1 + tokens); line++) // The role, then the tokens, each with an empty line.
        {
            Assert.NotNull(await reader.ReadLineAsync(Deadline));
        }

        var more = reader.ReadLineAsync(Deadline);
        Assert.False(more.IsCompleted);
        Assert.Equal(1, pool.Statistics.Running);
        Assert.Equal(tokens, pool.Statistics.GeneratedTokens);
        response.Dispose();
        await pool.When(now => now is { Running: 0, InFlight: 0, Aborted: 1 });
    }

    [Theory(Timeout = RunningPool.DeadlineMilliseconds)]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Cut_after_sends_so_many_tokens_and_breaks_the_connection(int tokens)
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);
        using var response = await pool.ChatAsync(Streamed, $"cut-after={tokens}");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Deadline));

        for (var line = 0; line < 2 * (1 + tokens); line++)
        {
            Assert.NotNull(await reader.ReadLineAsync(Deadline));
        }

        await Assert.ThrowsAnyAsync<IOException>(async () => await reader.ReadLineAsync(Deadline));
        await pool.When(now => now is { Running: 0, InFlight: 0, Failed: 1 });
    }

    [Fact(Timeout = RunningPool.DeadlineMilliseconds)]
    public async Task Cut_after_breaks_a_whole_reply_in_the_middle()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Stepping);
        using var response = await pool.ChatAsync(failure: "cut-after=3");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync(Deadline));
        await pool.When(now => now is { Running: 0, InFlight: 0, Failed: 1 });
    }

    [Fact]
    public async Task Garbage_is_no_JSON()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);
        using var response = await pool.ChatAsync(failure: "garbage");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        await Assert.ThrowsAnyAsync<JsonException>(() => RunningPool.ReadJsonAsync(response));
    }

    [Fact]
    public async Task Garbage_stream_is_no_event_stream_and_has_no_end_mark()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);
        using var response = await pool.ChatAsync(Streamed, "garbage-stream");

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("[DONE]", await response.Content.ReadAsStringAsync(Deadline));
    }

    [Fact]
    public async Task No_usage_keeps_quiet_about_usage_that_is_asked_for()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);

        var events = await pool.EventsAsync(Path, RunningPool.Chat(Streamed), "no-usage");

        Assert.Equal("[DONE]", events[^1]);
        Assert.All(events, data => Assert.DoesNotContain("usage", data));
    }

    [Theory]
    [InlineData(Streamed, HttpStatusCode.BadRequest)]
    [InlineData("\"stream\":true", HttpStatusCode.OK)]
    public async Task Reject_stream_options_refuses_whoever_sends_them(string more, HttpStatusCode status)
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);
        using var response = await pool.ChatAsync(more, "reject-stream-options");

        Assert.Equal(status, response.StatusCode);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("status=200")]
    [InlineData("slow=2")]
    [InlineData("hang-after=")]
    public async Task An_unknown_switch_is_refused_by_name(string failure)
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);
        using var response = await pool.ChatAsync(failure: failure);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = (await RunningPool.ReadJsonAsync(response)).GetProperty("error");
        Assert.Contains($"'{failure}'", error.GetProperty("message").GetString());
        Assert.Throws<ArgumentException>(() => pool.Server.Simulate(failure));
    }
}
