using System.Text;
using Sluice.Edge.Usage;
using Xunit;

namespace Sluice.Unit.Edge.Usage;

public sealed class DocumentTailTests
{
    private const string Usage =
        "\"usage\": {\"prompt_tokens\":7,\"total_tokens\":7,\"prompt_tokens_details\":{\"cached_tokens\":5}}}";

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_023)]
    [InlineData(1_024)]
    [InlineData(1_025)]
    [InlineData(100_000)]
    public void The_usage_at_the_end_of_a_large_answer_is_read(int pieceLength)
    {
        var document = Encoding.UTF8.GetBytes($"{{\"data\":[{new string('1', 9_999)}],{Usage}");
        var tail = new DocumentTail();

        foreach (var piece in document.Chunk(pieceLength))
        {
            tail.Add(piece);
        }

        Assert.Equal(new TokenUsage(7, 0) { CachedInput = 5 }, tail.Usage());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("\"usage\"")]
    [InlineData("\"usage\":null}")]
    [InlineData("\"usage\":[1]}")]
    [InlineData("\"usage\":{\"prompt_tokens\":7")]
    [InlineData("\"usage\":{oops}")]
    [InlineData("\"say \\\"usage\\\":{}\"")]
    public void An_answer_that_does_not_say_it_has_none(string document)
    {
        var tail = new DocumentTail();
        tail.Add(Encoding.UTF8.GetBytes(document));

        Assert.Null(tail.Usage());
    }
}
