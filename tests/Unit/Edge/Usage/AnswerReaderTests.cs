using System.Text;
using Sluice.Edge.Usage;
using Xunit;

namespace Sluice.Unit.Edge.Usage;

public sealed class AnswerReaderTests
{
    [Theory]
    [InlineData("""{"usage":{"prompt_tokens":3,"completion_tokens":5,"total_tokens":8}}""", 3, 5)]
    [InlineData("""{"usage":{"input_tokens":3,"output_tokens":5}}""", 3, 5)]
    [InlineData("""{"us\u0061ge":{"prompt_tokens":3},"choices":[{"usage":{"prompt_tokens":99}}]}""", 3, 0)]
    [InlineData("""{"usage":{"prompt_tokens_details":{"prompt_tokens":99},"completion_tokens":5}}""", 0, 5)]
    [InlineData("""{"usage":{"prompt_tokens":-1,"completion_tokens":5}}""", 0, 5)]
    [InlineData("""{"usage":{"prompt_tokens":1.5,"completion_tokens":"5"}}""", 0, 0)]
    [InlineData("""{"usage":{"prompt_tokens":99999999999999999999,"completion_tokens":5}}""", 0, 5)]
    [InlineData("""{"usage":{}}""", 0, 0)]
    [InlineData("""{"usage":{"prompt_tokens":3},"usage":null}""", 3, 0)]
    public void Usage_is_what_the_top_level_says(string document, long input, long output)
    {
        var facts = Read(document);

        Assert.True(facts.Valid);
        Assert.Equal(new TokenUsage(input, output), facts.Usage);
    }

    [Theory]
    [InlineData("\"prompt_tokens_details\":{\"cached_tokens\":4,\"audio_tokens\":0}", 4, 0)]
    [InlineData("\"input_tokens_details\":{\"cached_tokens\":4}", 4, 0)]
    [InlineData("\"prompt_cache_hit_tokens\":4,\"prompt_cache_miss_tokens\":5", 4, 0)]
    [InlineData("\"completion_tokens_details\":{\"x\":{},\"reasoning_tokens\":3}", 0, 3)]
    [InlineData("\"output_tokens_details\":{\"reasoning_tokens\":3}", 0, 3)]
    [InlineData("\"prompt_tokens_details\":null,\"completion_tokens_details\":[3]", 0, 0)]
    [InlineData("\"prompt_tokens_details\":{\"cached_tokens\":-4,\"reasoning_tokens\":3}", 0, 0)]
    public void What_was_cached_and_what_was_thought_are_kept_beside_the_usage(
        string details, long cached, long reasoning)
    {
        var usage = Read($$$"""{"usage":{"prompt_tokens":9,{{{details}}},"completion_tokens":7}}""").Usage;

        Assert.Equal(new TokenUsage(9, 7) { CachedInput = cached, Reasoning = reasoning }, usage);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"usage":null}""")]
    [InlineData("""{"usage":[1]}""")]
    [InlineData("""{"usage":7}""")]
    [InlineData("""{"x":{"usage":{"prompt_tokens":3}}}""")]
    public void A_document_without_usage_has_none(string document) =>
        Assert.Equal(new AnswerFacts(true, null, false), Read(document));

    [Theory]
    [InlineData("""{"choices":[]}""", true)]
    [InlineData("""{"choices":[[]]}""", false)]
    [InlineData("""{"choices":[{}],"x":[]}""", false)]
    [InlineData("""{"choices":{}}""", false)]
    [InlineData("""{"choices":null}""", false)]
    [InlineData("""{"x":{"choices":[]}}""", false)]
    public void Choices_are_missing_only_where_they_are_an_empty_list(string document, bool noChoices) =>
        Assert.Equal(new AnswerFacts(true, null, noChoices), Read(document));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{")]
    [InlineData("""{"usage":{"prompt_tokens":3}""")]
    [InlineData("{} {}")]
    [InlineData("{}x")]
    [InlineData("\ufeff{}")]
    [InlineData("<html><body>502 Bad Gateway</body></html>")]
    [InlineData("""{"\ud800":1}""")]
    public void What_is_not_one_JSON_object_is_garbage_and_no_exception(string document) =>
        Assert.Equal(default, Read(document));

    [Fact]
    public void An_answer_may_be_256_levels_deep()
    {
        Assert.True(Read($"{{\"x\":{new string('[', 255)}{new string(']', 255)}}}").Valid);
        Assert.False(Read($"{{\"x\":{new string('[', 256)}{new string(']', 256)}}}").Valid);
    }

    private static AnswerFacts Read(string document) => AnswerReader.Read(Encoding.UTF8.GetBytes(document));
}
