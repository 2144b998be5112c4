using Sluice.EndToEnd.Hosting;
using Sluice.SimulatedPool;
using Sluice.Testing;

namespace Sluice.EndToEnd.Processes;

/// <summary>An edge process that goes: first it says so, then nobody new comes in, then what runs ends.</summary>
public sealed class EdgeStopTests(Databases databases) : IAsyncLifetime
{
    private const string Marker = "x-test-client";

    private readonly TempFolder _folder = new();
    private readonly int _port = FreePort.Next();
    private SimulatedPoolServer? _pool;
    private RunningSilo? _silo;
    private Access? _access;

    public async ValueTask InitializeAsync()
    {
        _pool = await SharedSluice.PoolAsync(new SimulatedPoolOptions
        {
            PrefillTokensPerSecond = 0,
            DecodeTokensPerSecond = 20,
            AnswerTokensMin = 40, // Two seconds of stream: longer than everything around it.
            AnswerTokensMax = 40,
        });
        _silo = await RunningSilo.StartAsync(_folder, await databases.NewAsync(), _port);
        _access = await _silo.Admins.NewAccessAsync(Limits.Slots(10));
    }

    public async ValueTask DisposeAsync()
    {
        if (_silo is not null)
        {
            await _silo.DisposeAsync();
        }

        await _pool!.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_stream_that_runs_goes_on_to_its_end_and_is_settled()
    {
        await using var edge = await StartAsync(stopTimeout: "00:01:00");
        using var stream = await edge.With(_access!.Key).StreamAsync();
        await stream.NextAsync();

        edge.Program.Terminate();
        await edge.Program.SaysAsync("Stopping: no request is taken any more; 1 calls are running");
        Assert.Equal(503, (await edge.LookAsync("/readyz")).Status);
        Assert.Equal(200, (await edge.LookAsync("/healthz")).Status);
        await Assert.ThrowsAsync<HttpRequestException>(() => edge.With(_access.Key).ChatAsync());
        var rest = await stream.RestAsync();

        Assert.Equal("[DONE]", rest[^1]);
        await edge.Program.Exited.WaitAsync(Patience.Token);
        Assert.Equal(0, edge.Program.ExitCode);
        var written = edge.Program.Output.Out;
        Assert.DoesNotContain(
            " warn ", written[written.IndexOf("is ready", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Empty((await _silo!.Admins.StateAsync(_access.ClientId)).Slots); // At once, not when the slot expires.
    }

    /// <summary>
    /// Guards clients against answers that look whole: what is cut off ends with an error that they raise.
    /// </summary>
    [Fact]
    public async Task What_still_runs_when_the_time_is_over_is_ended_with_an_error_and_settled()
    {
        await using var edge = await StartAsync(stopTimeout: "00:00:01");
        var client = edge.With(_access!.Key);
        using var stream = await client.StreamAsync(simulate: "hang-after=2");
        await stream.NextAsync();
        using var waiting = client.Request(HttpMethod.Post, EdgeClient.Chat, EdgeClient.ChatBody(), "hang");
        waiting.Headers.Add(Marker, _access.ClientId);
        var answer = client.SendAsync(waiting);
        await _pool!.Statistics.WhenAsync(
            _ => _pool.Requests.Any(seen => seen.Headers.GetValueOrDefault(Marker) == _access.ClientId),
            Patience.Token);

        edge.Program.Terminate();
        var rest = await stream.RestAsync();

        Assert.Contains("\"code\":\"gateway_stopping\"", rest[^1], StringComparison.Ordinal);
        (await answer).IsError(503, "gateway_stopping");
        await edge.Program.Exited.WaitAsync(Patience.Token);
        Assert.Equal(0, edge.Program.ExitCode);
        Assert.Contains("2 calls did not end within", edge.Program.Output.Out, StringComparison.Ordinal);
        Assert.Empty((await _silo!.Admins.StateAsync(_access.ClientId)).Slots);
    }

    [Fact]
    public async Task While_it_leaves_it_is_not_ready_still_serves_and_keeps_no_connection()
    {
        await using var edge = await StartAsync(stopDelay: "00:01:00");
        var before = (await edge.With(_access!.Key).GetAsync("/v1/models")).Is(200);
        Assert.DoesNotContain("Connection", before.Headers.Keys);

        edge.Program.Terminate();
        await edge.Program.SaysAsync("Leaving: for 00:01:00");

        Assert.Equal(503, (await edge.LookAsync("/readyz")).Status);
        Assert.Equal(503, (await edge.With(null).GetAsync("/readyz")).Status);
        var leaving = (await edge.With(_access.Key).GetAsync("/v1/models")).Is(200);
        Assert.Equal("close", leaving.Headers["Connection"]);
    }

    [Fact]
    public async Task A_second_signal_ends_it_at_once_and_says_so()
    {
        await using var edge = await StartAsync(stopTimeout: "00:10:00");
        using var stream = await edge.With(_access!.Key).StreamAsync(simulate: "hang-after=2");
        await stream.NextAsync();
        edge.Program.Terminate();
        await edge.Program.SaysAsync("Stopping: no request is taken any more");

        edge.Program.Terminate();
        await edge.Program.Exited.WaitAsync(Patience.Token);

        Assert.Equal(143, edge.Program.ExitCode);
        Assert.Contains("A second signal, SIGTERM: ending at once", edge.Program.Output.Out, StringComparison.Ordinal);
    }

    private Task<RunningEdge> StartAsync(string stopTimeout = "00:00:30", string stopDelay = "00:00:00") =>
        RunningEdge.StartAsync(
            _port, _pool!.Address,
            ("Edge__StopTimeout", stopTimeout), ("Edge__StopDelay", stopDelay),
            ("Edge__DegradedAfter", "00:00:30")); // A silo that is slow because the machine is busy is no outage.
}
