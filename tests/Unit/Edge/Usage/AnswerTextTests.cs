using System.Text;
using Sluice.Edge.Usage;
using Sluice.Rules.Estimates;
using Xunit;

namespace Sluice.Unit.Edge.Usage;

public sealed class AnswerTextTests
{
    [Theory]
    [InlineData("""{"choices":[{"delta":{"role":"assistant","content":""}}]}""", 0, 0)]
    [InlineData("""{"choices":[{"delta":{"content":"word"}}]}""", 1, 1)]
    [InlineData("""{"choices": [{"delta": {"content": "word"}}]}""", 1, 1)]
    [InlineData("""{"choices":[{"delta":{"content":null,"reasoning_content":"word"}}]}""", 1, 1)]
    [InlineData("""{"choices":[{"delta":{"reasoning":"word"}}]}""", 1, 1)]
    [InlineData("""{"choices":[{"text":"word"}]}""", 1, 1)]
    [InlineData("""{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"word"}}]}}]}""", 1, 1)]
    [InlineData("""{"choices":[{"delta":{"content":"word"}},{"delta":{"content":"word"}}]}""", 2, 2)]
    [InlineData("""{"choices":[{"message":{"content":"a longer answer"}}]}""", 1, 4)]
    [InlineData("""{"choices":[{"delta":{"content":"\"content\":\"no text of its own\""}}]}""", 1, 9)]
    [InlineData("""{"choices":[{"delta":{"content":"\\"}}],"text":7}""", 1, 1)]
    [InlineData("""{"choices":[{"delta":{"content":"cut off here""", 1, 3)]
    [InlineData("""{"choices":[{"delta":{"content":"\""", 1, 1)]
    [InlineData("""{"choices":[{"delta":{"content""", 0, 0)]
    [InlineData("""{"choices":[{"delta":{"content":""", 0, 0)]
    [InlineData("", 0, 0)]
    public void The_texts_of_an_answer_are_found_without_parsing_it(string answer, long parts, long tokens)
    {
        var text = AnswerText.AddTo(default, Encoding.UTF8.GetBytes(answer));

        Assert.Equal((parts, tokens), (text.Parts, text.Tokens));
    }

    [Fact]
    public void Texts_are_added_to_those_before()
    {
        var before = default(StreamedText).With("word"u8);

        Assert.Equal(2, AnswerText.AddTo(before, """{"content":"word"}"""u8).Tokens);
    }
}
