using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;
using Sluice.EndToEnd.Refusals;

namespace Sluice.EndToEnd.Contract;

/// <summary>What the pool gets of a body that was estimated, and what estimating refuses.</summary>
[Collection(TroubledGroup.Name)]
public sealed class EstimateTests(TroubledSluice troubled)
{
    private const string Marker = "x-test-client";

    /// <summary>A picture, escapes, numbers and spacing: the pool gets them byte for byte.</summary>
    [Fact]
    public async Task A_body_without_a_cap_reaches_the_pool_as_it_came()
    {
        const string Body = """
            { "model": "deepseek-chat", "messages": [ {"role":"user","content":[ {"type":"text","text":"\u4e2d 文 \/"},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAASwAAADICAIAAAA=",
            "detail":"low"}} ] } ], "temperature": 1.0 }
            """;

        Assert.Equal(Body, await ForwardedAsync(Body));
    }

    [Theory]
    [InlineData("\"max_tokens\":5")]
    [InlineData("\"max_tokens\":5,\"max_completion_tokens\":7,\"n\":1")]
    public async Task A_cap_that_is_stated_reaches_the_pool_as_it_came(string cap)
    {
        var body = EdgeClient.ChatBody(cap);

        Assert.Equal(body, await ForwardedAsync(body));
    }

    [Fact]
    public async Task A_model_that_always_states_its_cap_does()
    {
        var body = EdgeClient.ChatBody(model: TroubledSluice.ModelWithACap);

        var forwarded = JsonNode.Parse(await ForwardedAsync(body))!;

        Assert.Equal(TroubledSluice.OutputTokensMax, (int?)forwarded["max_tokens"]);
        forwarded.AsObject().Remove("max_tokens");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(body), forwarded));
    }

    /// <summary>Guards "never over" for plans that promise it: the pool keeps to what was reserved.</summary>
    [Fact]
    public async Task A_plan_that_reserves_whole_caps_has_them_stated_and_others_do_not()
    {
        var body = EdgeClient.ChatBody(model: TroubledSluice.ModelWithAnUnstatedCap);
        var access = await troubled.Sluice.Admins.NewAccessAsync(new { name = "tpm", rate = "100000 tokens/min" });
        Assert.Equal(body, await ForwardedAsync(body, access));
        var plan = new
        {
            models = new { use = new[] { "*" } },
            limits = new[] { new { name = "tpm", rate = "100000 tokens/min" } },
            reserveFullCap = true,
        };
        (await troubled.Sluice.Admins.PutAsync($"plans/{access.Plan}", plan)).Is(System.Net.HttpStatusCode.OK);

        var forwarded = JsonNode.Parse(await ForwardedAsync(body, access))!;

        Assert.Equal(TroubledSluice.OutputTokensMax, (int?)forwarded["max_tokens"]);
    }

    [Fact]
    public async Task It_is_stated_beside_the_usage_that_a_stream_is_asked_for()
    {
        var body = EdgeClient.ChatBody("\"stream\":true,\"max_tokens\":null", TroubledSluice.ModelWithACap);

        var forwarded = JsonNode.Parse(await ForwardedAsync(body))!;

        Assert.Equal(TroubledSluice.OutputTokensMax, (int?)forwarded["max_tokens"]);
        Assert.True((bool?)forwarded["stream_options"]!["include_usage"]);
    }

    [Theory]
    [InlineData("\"max_tokens\":0")]
    [InlineData("\"max_tokens\":-1")]
    [InlineData("\"max_tokens\":1.5")]
    [InlineData("\"max_tokens\":\"100\"")]
    [InlineData("\"max_tokens\":9223372036854775808")]
    [InlineData("\"max_tokens\":5,\"max_tokens\":5")]
    [InlineData("\"n\":0")]
    [InlineData("\"n\":3,\"best_of\":2")]
    [InlineData("\"n\":3,\"max_tokens\":9223372036854775807")]
    public async Task A_cap_that_means_nothing_is_400_and_takes_nothing(string cap)
    {
        var access = await troubled.Sluice.Admins.NewAccessAsync(Limits.Rate(5, "1h"), Limits.Slots(1));

        (await troubled.Sluice.With(access.Key).ChatAsync(cap)).IsError(400, "invalid_request");

        var state = await troubled.Sluice.Admins.StateAsync(access.ClientId);
        Assert.Empty(state.Slots);
        Assert.All(state.Used.Values, used => Assert.Equal(0, used));
    }

    private async Task<string> ForwardedAsync(string body) =>
        await ForwardedAsync(body, await troubled.Sluice.Admins.NewAccessAsync());

    private async Task<string> ForwardedAsync(string body, Access access)
    {
        var client = troubled.Sluice.With(access.Key);
        var request = client.Request(HttpMethod.Post, EdgeClient.Chat, body);
        request.Headers.Add(Marker, access.ClientId);
        (await client.SendAsync(request)).Is(200);
        return troubled.Pool.Requests
            .Last(seen => seen.Headers.GetValueOrDefault(Marker) == access.ClientId).Body;
    }
}
