using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Rules.Tokens;

public sealed class TokenScopeTests
{
    [Theory]
    [InlineData(null, "models")]
    [InlineData("", "models")]
    [InlineData("models", "models")]
    [InlineData("model:qwen models", "models")]
    [InlineData("model:qwen model:deep* model:qwen", "model:deep* model:qwen")]
    public void A_scope_is_written_in_one_way(string? text, string written) =>
        Assert.Equal(written, TokenScope.TryParse(text)!.Text);

    [Theory]
    [InlineData("admin")]
    [InlineData("models  models")]
    [InlineData(" models")]
    [InlineData("model:")]
    [InlineData("model:a*b")]
    [InlineData("model:\"")]
    [InlineData("Models")]
    public void Any_other_word_is_no_scope(string text) => Assert.Null(TokenScope.TryParse(text));

    [Fact]
    public void More_patterns_than_the_most_are_no_scope()
    {
        var words = Enumerable.Range(0, TokenScope.ModelsMax + 1).Select(i => $"model:m{i}").ToArray();

        Assert.Null(TokenScope.TryParse(string.Join(' ', words)));
        Assert.NotNull(TokenScope.TryParse(string.Join(' ', words[1..])));
    }

    [Theory]
    [InlineData("models", "qwen", true)]
    [InlineData("model:qwen", "qwen", true)]
    [InlineData("model:qwen", "qwen3", false)]
    [InlineData("model:qwen*", "qwen3", true)]
    [InlineData("model:qwen*", "deepseek", false)]
    public void A_scope_leaves_its_models(string text, string model, bool allowed) =>
        Assert.Equal(allowed, TokenScope.TryParse(text)!.Allows(model));

    [Theory]
    [InlineData("models", "models", true)]
    [InlineData("model:qwen", "models", true)]
    [InlineData("models", "model:*", false)]
    [InlineData("model:qwen3", "model:qwen*", true)]
    [InlineData("model:qwen3*", "model:qwen*", true)]
    [InlineData("model:qwen*", "model:qwen3*", false)]
    [InlineData("model:qwen*", "model:qwen", false)]
    [InlineData("model:a model:b", "model:a", false)]
    public void A_scope_is_never_within_a_narrower_one(string text, string other, bool within) =>
        Assert.Equal(within, TokenScope.TryParse(text)!.IsWithin(TokenScope.TryParse(other)!));
}
