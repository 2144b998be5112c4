using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Sdks;

/// <summary>What someone sees who has the official Node client and changed nothing but its address and key.</summary>
public sealed class NodeClientTests(SharedSluice shared)
{
    [Fact]
    public async Task A_chat_is_answered_with_its_usage_and_request_id()
    {
        var answer = await RunAsync("chat");

        Assert.NotEmpty((string)answer["text"]!);
        Assert.True((long)answer["tokens"]! > 0);
        Assert.StartsWith("req_", (string)answer["requestId"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stream", 0)]
    [InlineData("stream-no-usage", 0)]
    [InlineData("stream-usage", 1)]
    public async Task A_stream_has_usage_exactly_when_asked(string name, int usages)
    {
        var answer = await RunAsync(name);

        Assert.NotEmpty((string)answer["text"]!);
        Assert.Equal(usages, answer["usages"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_stream_whose_quota_is_used_up_is_an_answer_that_ended_by_its_length()
    {
        var access = await shared.Admins.NewStoppedAccessAsync(shared.Sluice, 1_500);

        var answer = await RunAsync("stream-stopped", access);

        Assert.Null(answer["error"]);
        Assert.Equal(["length"], answer["reasons"]!.AsArray().Select(reason => (string)reason!));
        Assert.Equal([3_000L], answer["usages"]!.AsArray().Select(tokens => (long)tokens!));
    }

    [Fact]
    public async Task Embeddings_are_answered()
    {
        var answer = await RunAsync("embeddings");

        Assert.Equal(2, (int)answer["count"]!);
        Assert.True((int)answer["length"]! > 0);
    }

    [Fact]
    public async Task The_models_of_the_plan_are_listed_and_others_are_not()
    {
        var answer = await RunAsync("models", await PartAsync());

        Assert.Equal(["deepseek-chat", "deepseek-ocr"], answer["ids"]!.AsArray().Select(id => (string)id!));
        Assert.Equal("deepseek-ocr", (string)answer["one"]!);
    }

    [Fact]
    public async Task A_wrong_key_is_an_AuthenticationError()
    {
        var access = await shared.Admins.NewAccessAsync();

        var answer = await NodeClient.RunAsync("chat", shared.Sluice, WrongKeys.OtherSecret(access.Key));

        IsError(answer, "AuthenticationError", 401, "invalid_api_key", sent: 1);
    }

    [Fact]
    public async Task A_model_that_may_be_seen_and_not_used_is_a_PermissionDeniedError()
    {
        var access = await shared.Admins.NewAccessAsync("user", ["deepseek-*"], ["qwen3-32b"]);

        var answer = await RunAsync("forbidden", access);

        IsError(answer, "PermissionDeniedError", 403, "model_not_allowed", sent: 1);
        Assert.Equal("model", (string)answer["param"]!);
    }

    [Fact]
    public async Task A_model_that_may_not_be_seen_is_a_NotFoundError()
    {
        var access = await PartAsync();

        IsError(await RunAsync("hidden", access), "NotFoundError", 404, "model_not_found", sent: 1);
        IsError(await RunAsync("forbidden", access), "NotFoundError", 404, "model_not_found", sent: 1);
    }

    [Fact]
    public async Task A_mistake_that_the_pool_finds_is_a_BadRequestError()
    {
        var answer = await RunAsync("broken");

        Assert.Equal("BadRequestError", (string)answer["error"]!);
        Assert.Equal(1, (int)answer["sent"]!);
    }

    [Fact]
    public async Task A_rate_limit_is_waited_for_by_the_client_itself()
    {
        var answer = await RunAsync("thrice", await shared.Admins.NewAccessAsync(Limits.Rate(1, "1s", burst: 1)));

        Assert.Null(answer["error"]);
        Assert.True((int)answer["sent"]! > 3, "No request was refused, so nothing was waited for.");
        Assert.Contains("1", answer["retries"]!.AsArray().Select(count => (string?)count));
    }

    [Fact]
    public async Task An_exhausted_quota_is_a_RateLimitError_that_is_not_repeated()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Quota(1));
        await RunAsync("chat", access);

        var answer = await RunAsync("chat", access);

        IsError(answer, "RateLimitError", 429, "insufficient_quota", sent: 1);
    }

    /// <summary>Guards the wait above a minute, which this client would otherwise cut short.</summary>
    [Fact]
    public async Task A_rate_that_refills_in_an_hour_is_not_asked_again()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Rate(1, "1h", burst: 1));
        await RunAsync("chat", access);

        var answer = await RunAsync("chat", access);

        IsError(answer, "RateLimitError", 429, "rate_limit_exceeded", sent: 1);
    }

    [Fact]
    public async Task A_stream_that_breaks_is_raised_and_not_taken_for_an_end()
    {
        var answer = await RunAsync("cut-stream");

        Assert.Equal("APIError", (string)answer["error"]!);
        Assert.Equal("pool_connection_lost", (string)answer["code"]!);
        Assert.True((int)answer["count"]! > 0);
    }

    [Fact]
    public async Task An_image_is_read()
    {
        var answer = await RunAsync("vision");

        Assert.True((int)answer["tokens"]! > 256); // An image costs 256 tokens in this pool.
    }

    private static void IsError(JsonNode answer, string error, int status, string code, int sent)
    {
        Assert.Equal(
            (error, status, code, sent),
            ((string?)answer["error"], (int?)answer["status"] ?? 0, (string?)answer["code"], (int)answer["sent"]!));
        Assert.StartsWith("req_", (string)answer["requestId"]!, StringComparison.Ordinal);
    }

    private Task<Access> PartAsync() => shared.Admins.NewAccessAsync("user", ["deepseek-*"], []);

    private async Task<JsonNode> RunAsync(string name, Access? access = null) =>
        await NodeClient.RunAsync(name, shared.Sluice, (access ?? await shared.Admins.NewAccessAsync()).Key);
}
