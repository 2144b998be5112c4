using System.Net;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Contract;

/// <summary>Streams that run into the end of a limit: counted while they run, ended if so wished.</summary>
public sealed class StoppedStreamTests(SharedSluice shared)
{
    // Far more than the answers that the client had before, so far more than it reserves.
    private const int Streamed = 3_000;

    private const string Long =
        "\"max_tokens\":5000,\"min_tokens\":5000,\"ignore_eos\":true,\"stream_options\":{\"include_usage\":true}";

    private const string Hangs = "hang-after=3000";

    [Fact]
    public async Task A_stream_whose_quota_is_used_up_ends_with_a_length_and_its_usage()
    {
        var access = await NewAccessAsync(stopStreams: true, quota: 1_500);
        var before = await UsedAsync(access);
        var aborted = shared.Pool.Statistics.Aborted;

        using var stream = await shared.Sluice.With(access.Key).StreamAsync(Long, Hangs);
        var events = await stream.RestAsync();

        Assert.Equal("[DONE]", events[^1]);
        var (usage, last) = (JsonNode.Parse(events[^2])!, JsonNode.Parse(events[^3])!);
        Assert.Equal("length", (string)last["choices"]![0]!["finish_reason"]!);
        Assert.Equal((string)JsonNode.Parse(events[0])!["id"]!, (string)last["id"]!);
        Assert.Empty(usage["choices"]!.AsArray());
        Assert.Equal(Streamed, (long)usage["usage"]!["completion_tokens"]!);
        await shared.Pool.Statistics.WhenAsync(statistics => statistics.Aborted > aborted, Patience.Token);
        Assert.Equal(before + Streamed, await UsedAsync(access));
        (await shared.Sluice.With(access.Key).ChatAsync()).IsError(429, "insufficient_quota");
        var decision = (await shared.Admins.GetAsync($"decisions/{stream.Headers["x-sluice-decision"]}"))
            .Is(HttpStatusCode.OK).Json;
        Assert.Equal("daily", (string)decision["stoppedBy"]!);
        await Patience.UntilAsync(
            () => OutcomesAsync(access), outcomes => outcomes.Count(outcome => outcome == "stopped") == 1);
    }

    [Fact]
    public async Task A_legacy_completion_is_stopped_like_a_chat()
    {
        var access = await NewAccessAsync(stopStreams: true, quota: 1_500);
        var client = shared.Sluice.With(access.Key);
        using var request = client.Request(
            HttpMethod.Post, "/v1/completions",
            $$"""{"model":"deepseek-chat","prompt":"Hello","stream":true,{{Long}}}""", Hangs);

        using var stream = await client.OpenAsync(request);
        var events = await stream.RestAsync();

        Assert.Equal("[DONE]", events[^1]);
        Assert.Equal("length", (string)JsonNode.Parse(events[^3])!["choices"]![0]!["finish_reason"]!);
        Assert.Equal("text_completion", (string)JsonNode.Parse(events[^3])!["object"]!);
    }

    /// <summary>Guards everyone else of the client: what a stream uses is missing before it ends.</summary>
    [Fact]
    public async Task A_stream_that_is_not_stopped_is_counted_while_it_runs()
    {
        var access = await NewAccessAsync(stopStreams: false, quota: 1_500);
        var before = await UsedAsync(access);

        using var stream = await shared.Sluice.With(access.Key).StreamAsync(Long, Hangs);
        Assert.NotNull(await stream.NextAsync());

        await Patience.UntilAsync(
            () => shared.Admins.StateAsync(access.ClientId), state => state.Used["daily"] == before + Streamed);
        Assert.Single((await shared.Admins.StateAsync(access.ClientId)).Slots);
        (await shared.Sluice.With(access.Key).ChatAsync()).IsError(429, "insufficient_quota");
    }

    private Task<Access> NewAccessAsync(bool stopStreams, long quota) =>
        shared.Admins.NewStoppedAccessAsync(shared.Sluice, quota, stopStreams);

    private async Task<long> UsedAsync(Access access)
    {
        await shared.Admins.AllSlotsFreeAsync(access.ClientId);
        return (await shared.Admins.StateAsync(access.ClientId)).Used["daily"];
    }

    private async Task<IReadOnlyList<string>> OutcomesAsync(Access access) =>
    [
        .. (await shared.Admins.GetAsync($"usage/events?client={access.ClientId}")).Is(HttpStatusCode.OK).Body
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => (string)JsonNode.Parse(line)!["outcome"]!),
    ];
}
