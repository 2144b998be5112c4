using Xunit;

namespace Sluice.Unit.SimulatedPool;

public sealed class RecordedRequestTests
{
    [Fact]
    public async Task A_request_is_remembered_with_its_headers_and_stream_options()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);
        pool.Client.DefaultRequestHeaders.Add("api-key", "client-secret");
        using var response = await pool.ChatAsync("\"stream\":true,\"stream_options\":{\"include_usage\":true}");

        var recorded = Assert.Single(pool.Server.Requests);

        Assert.Equal("POST", recorded.Method);
        Assert.Equal("/v1/chat/completions", recorded.Target);
        Assert.Equal("client-secret", recorded.Headers["Api-Key"]);
        Assert.Equal("{\"include_usage\":true}", recorded.StreamOptions);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("no JSON")]
    public async Task A_body_without_stream_options_has_none(string body)
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);
        using var response = await pool.PostAsync("/v1/chat/completions", body);

        Assert.Null(Assert.Single(pool.Server.Requests).StreamOptions);
    }

    [Fact]
    public async Task Only_the_last_requests_are_remembered()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant with { RecordedRequests = 2 });
        foreach (var path in new[] { "/v1/models", "/v1/models/a", "/v1/models/b" })
        {
            using var response = await pool.Client.GetAsync(path, TestContext.Current.CancellationToken);
        }

        Assert.Equal(["/v1/models/a", "/v1/models/b"], pool.Server.Requests.Select(request => request.Target));
    }

    [Fact]
    public async Task A_pool_that_is_told_to_remember_nothing_remembers_nothing()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant with { RecordedRequests = 0 });
        using var response = await pool.ChatAsync();

        Assert.Empty(pool.Server.Requests);
    }
}
