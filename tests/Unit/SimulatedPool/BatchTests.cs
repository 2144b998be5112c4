using System.Net;
using Sluice.SimulatedPool;
using Xunit;

namespace Sluice.Unit.SimulatedPool;

public sealed class BatchTests
{
    private const string Path = "/v1/chat/completions";
    private const string Streamed = "\"stream\":true";

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task The_batch_is_never_larger_than_it_may_be(bool steps, bool streams)
    {
        const int Requests = 200;
        var options = (steps ? RunningPool.Stepping : RunningPool.Instant) with { BatchSize = 4 };
        await using var pool = await RunningPool.StartAsync(options);
        var body = RunningPool.Chat(streams ? Streamed : "");

        await Task.WhenAll(Enumerable.Range(0, Requests).Select(async _ =>
        {
            using var response = await pool.PostAsync(Path, body);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        }));

        Assert.InRange(pool.Statistics.PeakRunning, 1, 4);
        Assert.InRange(pool.Statistics.PeakInFlight, 1, Requests);
        AssertIdle(pool.Statistics, completed: Requests);
    }

    /// <summary>Guards the count that limits in front of the pool are judged by.</summary>
    [Theory]
    [InlineData("", "}")]
    [InlineData(Streamed, "data: [DONE]")]
    public async Task Whoever_has_read_the_last_line_of_an_answer_finds_it_counted(string more, string lastLine)
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);

        for (var call = 1; call <= 100; call++)
        {
            using var response = await pool.ChatAsync(more);
            await ReadToAsync(response, lastLine);

            AssertIdle(pool.Statistics, completed: call);
        }

        Assert.Equal(1, pool.Statistics.PeakInFlight);
    }

    [Theory(Timeout = RunningPool.DeadlineMilliseconds)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_hangs_up_leaves_its_place_to_the_next_in_the_queue(bool steps)
    {
        var options = (steps ? RunningPool.Stepping : RunningPool.Instant) with { BatchSize = 1 };
        await using var pool = await RunningPool.StartAsync(options);
        var stuck = await pool.ChatAsync(Streamed, failure: "hang-after=1");
        var next = pool.ChatAsync();
        await pool.When(now => now is { Running: 1, Waiting: 1 });

        stuck.Dispose();
        using var answered = await next;

        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
        await pool.When(now => now is { Running: 0, InFlight: 0, Aborted: 1, Completed: 1 });
    }

    [Fact(Timeout = RunningPool.DeadlineMilliseconds)]
    public async Task A_client_that_hangs_up_in_the_queue_leaves_it()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant with { BatchSize = 1 });
        using var running = await pool.ChatAsync(Streamed, failure: "hang-after=1");
        using var patience = new CancellationTokenSource();
        var waiting = pool.PostAsync(Path, RunningPool.Chat(), cancellationToken: patience.Token);
        await pool.When(now => now.Waiting == 1);

        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await pool.When(now => now is { Running: 1, Waiting: 0, InFlight: 1, Aborted: 1 });
    }

    [Fact(Timeout = RunningPool.DeadlineMilliseconds)]
    public async Task A_full_queue_answers_503_at_once()
    {
        var options = RunningPool.Instant with { BatchSize = 1, QueueLength = 1 };
        await using var pool = await RunningPool.StartAsync(options);
        using var running = await pool.ChatAsync(Streamed, failure: "hang-after=1");
        var waiting = pool.ChatAsync();
        await pool.When(now => now.Waiting == 1);

        using var refused = await pool.ChatAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        var error = (await RunningPool.ReadJsonAsync(refused)).GetProperty("error");
        Assert.Equal("overloaded", error.GetProperty("code").GetString());
        running.Dispose();
        using var answered = await waiting;
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }

    [Fact(Timeout = RunningPool.DeadlineMilliseconds)]
    public async Task A_pool_that_stops_ends_the_calls_that_hang()
    {
        var pool = await RunningPool.StartAsync(RunningPool.Instant);
        var hanging = pool.ChatAsync(failure: "hang");
        await pool.When(now => now.InFlight == 1);

        await pool.Server.DisposeAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => hanging);
        Assert.Equal(0, pool.Statistics.InFlight);
    }

    /// <summary>Reads until a line ends so; what follows it, if only the end of the body, is not waited for.</summary>
    private static async Task ReadToAsync(HttpResponseMessage response, string lineEnd)
    {
        using var reader = new StreamReader(
            await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        string? line;
        do
        {
            line = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
            Assert.NotNull(line);
        }
        while (!line.EndsWith(lineEnd, StringComparison.Ordinal));
    }

    private static void AssertIdle(PoolStatistics statistics, long completed)
    {
        Assert.Equal(0, statistics.Running);
        Assert.Equal(0, statistics.Waiting);
        Assert.Equal(0, statistics.InFlight);
        Assert.Equal(completed, statistics.Completed);
        Assert.Equal(completed, statistics.Received);
    }
}
