using System.Text.Json;
using Xunit;

namespace Sluice.Unit.SimulatedPool;

/// <summary>The pool's own log is what tests judge by, so it must be whole and tell the truth.</summary>
public sealed class CallLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-call-log-").FullName;

    private string File => Path.Combine(_folder, "calls.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_call_is_written_when_it_arrives_and_when_it_is_over()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant with { CallLogFile = File });
        pool.Client.DefaultRequestHeaders.Add("x-call-mark", "a \"mark\"");
        pool.Client.DefaultRequestHeaders.Add("x-request-id", "req_1_2");
        var before = Now();
        var answer = await pool.JsonAsync("/v1/chat/completions", RunningPool.Chat("\"max_tokens\":5"));
        var after = Now();

        var lines = Lines();

        Assert.Equal(2, lines.Count);
        Assert.Equal(lines[0].GetProperty("call").GetInt64(), lines[1].GetProperty("call").GetInt64());
        Assert.Equal(
            ("/v1/chat/completions", "req_1_2", "a \"mark\""),
            (Text(lines[0], "path"), Text(lines[0], "id"), Text(lines[0], "mark")));
        var usage = answer.GetProperty("usage");
        Assert.Equal(
            ("completed", usage.GetProperty("prompt_tokens").GetInt32(), 5),
            (Text(lines[1], "outcome"), lines[1].GetProperty("prompt").GetInt32(),
                lines[1].GetProperty("output").GetInt32()));
        var (arrived, ended) = (lines[0].GetProperty("arrived").GetInt64(), lines[1].GetProperty("ended").GetInt64());
        Assert.True(before <= arrived && arrived <= ended && ended <= after, $"{before} {arrived} {ended} {after}");
    }

    [Fact]
    public async Task A_call_whose_client_hangs_up_is_written_with_what_was_produced()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant with { CallLogFile = File });
        var answer = await pool.ChatAsync("\"stream\":true,\"max_tokens\":9", "hang-after=3");
        await pool.When(statistics => statistics.GeneratedTokens == 3);
        Assert.Single(Lines()); // It runs, and the log says so.

        answer.Dispose();
        await pool.When(statistics => statistics.InFlight == 0);

        Assert.Equal(("aborted", 3), (Text(Lines()[1], "outcome"), Lines()[1].GetProperty("output").GetInt32()));
    }

    [Fact]
    public async Task A_call_that_is_refused_used_nothing()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant with { CallLogFile = File });
        using var answer = await pool.ChatAsync(failure: "status=500");

        var end = Lines()[1];

        Assert.Equal(("refused", 0, 0),
            (Text(end, "outcome"), end.GetProperty("prompt").GetInt32(), end.GetProperty("output").GetInt32()));
    }

    [Fact]
    public async Task A_log_that_is_there_is_appended_to()
    {
        for (var i = 0; i < 2; i++)
        {
            await using var pool = await RunningPool.StartAsync(RunningPool.Instant with { CallLogFile = File });
            using var answer = await pool.ChatAsync();
        }

        Assert.Equal(4, Lines().Count);
    }

    [Fact]
    public async Task A_log_that_cannot_be_written_stops_the_start() =>
        await Assert.ThrowsAnyAsync<IOException>(() => RunningPool.StartAsync(
            RunningPool.Instant with { CallLogFile = Path.Combine(_folder, "nowhere", "calls.jsonl") }));

    private static long Now() =>
        (long)(TimeProvider.System.GetTimestamp() * (Int128)1_000_000_000 / TimeProvider.System.TimestampFrequency);

    private List<JsonElement> Lines()
    {
        using var reader = new StreamReader(new FileStream(File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
    }

    private static string? Text(JsonElement line, string member) => line.GetProperty(member).GetString();
}
