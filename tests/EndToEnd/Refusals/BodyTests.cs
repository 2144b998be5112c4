using System.Net.Http.Headers;
using System.Text;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Refusals;

/// <summary>Bodies that cannot be forwarded: refused with the reason, before anything is taken.</summary>
[Collection(TroubledGroup.Name)]
public sealed class BodyTests(TroubledSluice troubled)
{
    [Theory]
    [InlineData("{\"model\":\"deepseek-chat\",")]
    [InlineData("{\"model\":\"deepseek-chat\"} and more")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"model\":7}")]
    [InlineData("{\"model\":\"\"}")]
    [InlineData("{\"model\":\"deepseek-chat\",\"stream\":\"yes\"}")]
    public Task A_malformed_body_is_400(string json) => IsRefusedAsync(Json(json), 400, "invalid_request");

    [Fact]
    public Task A_body_nested_a_hundred_thousand_levels_deep_is_400()
    {
        var levels = new string('[', 100_000) + new string(']', 100_000);
        return IsRefusedAsync(Json(EdgeClient.ChatBody($"\"deep\":{levels}")), 400, "invalid_request");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_body_over_the_limit_is_413_with_and_without_a_length(bool withLength)
    {
        var bytes = Encoding.UTF8.GetBytes(
            EdgeClient.ChatBody($"\"padding\":\"{new string('x', TroubledSluice.BodyBytesMax)}\""));
        HttpContent content = withLength ? new ByteArrayContent(bytes) : new LengthlessContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return IsRefusedAsync(content, 413, "request_too_large");
    }

    [Fact]
    public async Task A_body_of_exactly_the_limit_is_taken()
    {
        var access = await troubled.Sluice.Admins.NewAccessAsync();
        var room = TroubledSluice.BodyBytesMax - EdgeClient.ChatBody("\"padding\":\"\"").Length;

        (await troubled.Sluice.With(access.Key).ChatAsync($"\"padding\":\"{new string('x', room)}\"")).Is(200);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/jsonx")]
    public Task Another_content_type_is_415(string type)
    {
        var content = new StringContent(EdgeClient.ChatBody());
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return IsRefusedAsync(content, 415, "unsupported_content_type");
    }

    [Fact]
    public Task No_body_at_all_is_415() => IsRefusedAsync(null, 415, "unsupported_content_type");

    [Fact]
    public Task A_model_that_stands_twice_is_400() => IsRefusedAsync(
        Json("{\"model\":\"deepseek-chat\",\"messages\":[],\"model\":\"qwen3-32b\"}"), 400, "invalid_request");

    [Fact]
    public async Task A_missing_model_is_400_and_names_the_parameter()
    {
        var answer = await IsRefusedAsync(Json("{\"messages\":[]}"), 400, "invalid_request");

        Assert.Equal("model", (string?)answer.Json["error"]!["param"]);
    }

    [Fact]
    public async Task An_unknown_model_is_404()
    {
        var answer = await IsRefusedAsync(Json(EdgeClient.ChatBody(model: "no-such")), 404, "model_not_found");

        Assert.Equal("model", (string?)answer.Json["error"]!["param"]);
    }

    [Fact]
    public Task Invalid_utf8_is_400()
    {
        byte[] bytes = [.. "{\"model\":\"deepseek-chat\",\"x\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return IsRefusedAsync(content, 400, "invalid_request");
    }

    [Fact]
    public async Task A_mistake_that_the_pool_finds_is_told_in_the_pools_words()
    {
        var access = await troubled.Sluice.Admins.NewAccessAsync(Limits.Slots(1));
        var client = troubled.Sluice.With(access.Key);

        var answer = (await client.ChatAsync("\"n\":2")).Is(400);

        Assert.Equal("n", (string?)answer.Json["error"]!["param"]);
        await troubled.Sluice.Admins.AllSlotsFreeAsync(access.ClientId);
        (await client.ChatAsync()).Is(200);
    }

    /// <summary>Sends it, and sees that nothing was taken and nothing reached the pool.</summary>
    private async Task<EdgeAnswer> IsRefusedAsync(HttpContent? content, int status, string code)
    {
        var access = await troubled.Sluice.Admins.NewAccessAsync(
            Limits.Rate(5, "1h"), Limits.Slots(1), Limits.Quota(5));
        var client = troubled.Sluice.With(access.Key);
        var request = client.Request(HttpMethod.Post, EdgeClient.Chat);
        request.Content = content;
        request.Headers.Add("x-test-client", access.ClientId);

        var answer = (await client.SendAsync(request)).IsError(status, code);

        Assert.Equal("false", answer.Headers["x-should-retry"]);
        var state = await troubled.Sluice.Admins.StateAsync(access.ClientId);
        Assert.Empty(state.Slots);
        Assert.All(state.Used.Values, used => Assert.Equal(0, used));
        Assert.DoesNotContain(
            troubled.Pool.Requests, seen => seen.Headers.GetValueOrDefault("x-test-client") == access.ClientId);
        return answer;
    }

    private static StringContent Json(string json) =>
        new(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    /// <summary>Sent in chunks, so that nobody knows its length before its end.</summary>
    private sealed class LengthlessContent(byte[] bytes) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) =>
            stream.WriteAsync(bytes, Patience.Token).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
