using System.Net;
using System.Text.Json;
using Xunit;

namespace Sluice.Unit.SimulatedPool;

public sealed class RefusalTests
{
    private const string Chat = "/v1/chat/completions";
    private const string Message = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

    public static TheoryData<string, string, int, string> Refused => new()
    {
        { Chat, "{\"model\":", 400, "invalid_json" },
        { Chat, "[]", 400, "invalid_json" },
        { Chat, "null", 400, "invalid_json" },
        { Chat, "{} {}", 400, "invalid_json" },
        { Chat, "{\"model\":1}", 400, "invalid_json" },
        { Chat, "{\"messages\":[{\"content\":\"\\ud800\"}]}", 400, "invalid_json" },
        { Chat, "{\"messages\":[{\"content\":[{\"type\":\"input_audio\"}]}]}", 400, "invalid_json" },
        { Chat, "{\"model\":\"deepseek-ocr\"}", 400, "missing_required_parameter" },
        { Chat, "{" + Message + "}", 400, "missing_required_parameter" },
        { Chat, "{\"model\":\"none\"," + Message + "}", 404, "model_not_found" },
        { Chat, RunningPool.Chat("\"n\":2"), 400, "invalid_value" },
        { Chat, RunningPool.Chat("\"max_tokens\":0"), 400, "invalid_value" },
        { Chat, RunningPool.Chat("\"stream_options\":{\"include_usage\":true}"), 400, "invalid_value" },
        { Chat, RunningPool.Chat("\"max_tokens\":1000000"), 400, "context_length_exceeded" },
        { "/v1/completions", "{\"model\":\"deepseek-ocr\",\"prompt\":[\"a\",\"b\"]}", 400, "invalid_value" },
        { "/v1/completions", "{\"model\":\"deepseek-ocr\",\"prompt\":[]}", 400, "invalid_json" },
        { "/v1/embeddings", "{\"model\":\"deepseek-ocr\"}", 400, "missing_required_parameter" },
        { "/v1/embeddings", "{\"model\":\"none\",\"input\":\"a\"}", 404, "model_not_found" },
        { "/v1/nothing", "{}", 404, "unknown_url" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_request_that_cannot_be_served_gets_an_error_with_all_four_members(
        string path, string body, int status, string code)
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);
        using var response = await pool.PostAsync(path, body);

        Assert.Equal(status, (int)response.StatusCode);
        var error = (await RunningPool.ReadJsonAsync(response)).GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(member => member.Name));
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(JsonValueKind.String, error.GetProperty("message").ValueKind);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant with { BodyBytesMax = 100 });
        using var response = await pool.PostAsync(Chat, RunningPool.Chat(content: $"\"{new string('x', 100)}\""));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("Bearer other", HttpStatusCode.Unauthorized)]
    [InlineData("pool-key", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer pool-key", HttpStatusCode.OK)]
    [InlineData("bearer pool-key", HttpStatusCode.OK)]
    public async Task A_pool_with_a_key_serves_only_those_who_present_it(string? authorization, HttpStatusCode status)
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant with { ApiKey = "pool-key" });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);

        using var response = await pool.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, response.StatusCode);
    }
}
