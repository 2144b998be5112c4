using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Contract;

/// <summary>Streams as they pass: chunk by chunk, with usage for whoever asked, and over when the client is.</summary>
public sealed class StreamTests(SharedSluice shared)
{
    private const string Marker = "x-test-client";

    [Theory]
    [InlineData(null, 0)]
    [InlineData("\"stream_options\":{}", 0)]
    [InlineData("\"stream_options\":{\"include_usage\":false}", 0)]
    [InlineData("\"stream_options\":{\"include_usage\":true}", 1)]
    public async Task Usage_comes_exactly_when_asked_and_the_pool_is_always_asked(string? options, int usages)
    {
        var access = await shared.Admins.NewAccessAsync();
        var client = shared.Sluice.With(access.Key);
        var more = "\"stream\":true" + (options is null ? "" : "," + options);
        using var request = client.Request(HttpMethod.Post, EdgeClient.Chat, EdgeClient.ChatBody(more));
        request.Headers.Add(Marker, access.ClientId);

        using var stream = await client.OpenAsync(request);
        var events = await stream.RestAsync();

        Assert.Equal("[DONE]", events[^1]);
        Assert.Equal(usages, EdgeStream.UsageChunks(events).Count());
        Assert.True(events.Count > 3);
        var seen = shared.Pool.Requests.Single(seen => seen.Headers.GetValueOrDefault(Marker) == access.ClientId);
        Assert.Equal("{\"include_usage\":true}", seen.StreamOptions);
    }

    [Fact]
    public async Task A_pool_that_reports_no_usage_still_streams_to_its_end()
    {
        var access = await shared.Admins.NewAccessAsync();

        using var stream = await shared.Sluice.With(access.Key)
            .StreamAsync("\"stream_options\":{\"include_usage\":true}", "no-usage");

        Assert.Equal("[DONE]", (await stream.RestAsync())[^1]);
    }

    /// <summary>Guards against gathering: this answer never gets further than its second token.</summary>
    [Fact]
    public async Task Chunks_arrive_while_the_answer_is_still_being_made()
    {
        var access = await shared.Admins.NewAccessAsync();
        using var stream = await shared.Sluice.With(access.Key).StreamAsync(simulate: "hang-after=2");

        var opening = await stream.NextAsync();
        var first = await stream.NextAsync();
        var second = await stream.NextAsync();

        Assert.Contains("\"role\":\"assistant\"", opening, StringComparison.Ordinal);
        Assert.Contains("\"content\"", first, StringComparison.Ordinal);
        Assert.Contains("\"content\"", second, StringComparison.Ordinal);
        Assert.Single((await shared.Admins.StateAsync(access.ClientId)).Slots);
    }

    [Fact]
    public async Task A_client_that_hangs_up_in_the_middle_ends_the_pools_work_and_frees_its_slot()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Slots(1));
        var aborted = shared.Pool.Statistics.Aborted;
        var stream = await shared.Sluice.With(access.Key).StreamAsync(simulate: "hang-after=2");
        await stream.NextAsync();

        stream.Dispose();

        await shared.Pool.Statistics.WhenAsync(statistics => statistics.Aborted > aborted, Patience.Token);
        await shared.Admins.AllSlotsFreeAsync(access.ClientId);
        (await shared.Sluice.With(access.Key).ChatAsync()).Is(200);
    }

    [Fact]
    public async Task A_client_that_hangs_up_before_the_answer_ends_the_pools_work_too()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Slots(1));
        var client = shared.Sluice.With(access.Key);
        using var request = client.Request(HttpMethod.Post, EdgeClient.Chat, EdgeClient.ChatBody(), "hang");
        request.Headers.Add(Marker, access.ClientId);
        using var hangUp = new CancellationTokenSource();
        var answer = shared.Sluice.Http.SendAsync(request, hangUp.Token);
        await shared.Pool.Statistics.WhenAsync(
            _ => shared.Pool.Requests.Any(seen => seen.Headers.GetValueOrDefault(Marker) == access.ClientId),
            Patience.Token);
        var aborted = shared.Pool.Statistics.Aborted;

        await hangUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        await shared.Pool.Statistics.WhenAsync(statistics => statistics.Aborted > aborted, Patience.Token);
        await shared.Admins.AllSlotsFreeAsync(access.ClientId);
        (await client.ChatAsync()).Is(200);
    }

    [Fact]
    public async Task Completions_stream_like_chats()
    {
        var access = await shared.Admins.NewAccessAsync();
        var client = shared.Sluice.With(access.Key);
        using var request = client.Request(
            HttpMethod.Post, "/v1/completions", """{"model":"deepseek-chat","prompt":"Hello","stream":true}""");

        using var stream = await client.OpenAsync(request);
        var events = await stream.RestAsync();

        Assert.Equal("[DONE]", events[^1]);
        Assert.Empty(EdgeStream.UsageChunks(events));
    }
}
