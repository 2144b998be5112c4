using Sluice.EndToEnd.Refusals;

namespace Sluice.EndToEnd.Contract;

/// <summary>The models that a client is told of.</summary>
[Collection(TroubledGroup.Name)]
public sealed class ModelTests(TroubledSluice troubled)
{
    /// <summary>Clients that build paths write %2F; people with a browser do not.</summary>
    [Theory]
    [InlineData("deepseek-ai/DeepSeek-OCR")]
    [InlineData("deepseek-ai%2FDeepSeek-OCR")]
    [InlineData("deepseek-ai%2fDeepSeek%2DOCR")]
    public async Task A_model_whose_name_has_a_slash_is_found_however_it_is_written(string written)
    {
        var access = await troubled.Sluice.Admins.NewAccessAsync();

        var answer = (await troubled.Sluice.With(access.Key).GetAsync($"/v1/models/{written}")).Is(200);

        Assert.Equal(TroubledSluice.ModelWithASlash, (string)answer.Json["id"]!);
    }

    [Fact]
    public async Task The_list_holds_what_the_plan_lets_a_client_see_and_nothing_else()
    {
        var access = await troubled.Sluice.Admins.NewAccessAsync("user", ["deepseek-*"], ["qwen3-32b"]);

        var answer = (await troubled.Sluice.With(access.Key).GetAsync("/v1/models")).Is(200);

        Assert.Equal(
            ["deepseek-ai/DeepSeek-OCR", "deepseek-chat", "qwen3-32b"],
            answer.Json["data"]!.AsArray().Select(model => (string)model!["id"]!).Order(StringComparer.Ordinal));
    }
}
