using System.Text;
using Sluice.Edge.Calls;
using Xunit;

namespace Sluice.Unit.Edge.Calls;

public sealed class OutputReaderTests
{
    [Theory]
    [InlineData("""{"model":"m"}""", null, 1)]
    [InlineData("""{"model":"m","max_tokens":5}""", 5L, 1)]
    [InlineData("""{"model":"m","max_completion_tokens":5}""", 5L, 1)]
    [InlineData("""{"model":"m","max_output_tokens":5}""", 5L, 1)]
    [InlineData("""{"model":"m","max_t\u006fkens":5}""", 5L, 1)]
    [InlineData("""{"max_tokens":5,"max_completion_tokens":7}""", 7L, 1)]
    [InlineData("""{"max_completion_tokens":7,"max_tokens":5}""", 7L, 1)]
    [InlineData("""{"max_completion_tokens":7,"max_tokens":null}""", 7L, 1)]
    [InlineData("""{"max_tokens":null,"max_completion_tokens":7}""", 7L, 1)]
    [InlineData("""{"max_tokens":null}""", null, 1)]
    [InlineData("""{"max_tokens":9223372036854775807}""", long.MaxValue, 1)]
    [InlineData("""{"n":3}""", null, 3)]
    [InlineData("""{"n":null,"best_of":null}""", null, 1)]
    [InlineData("""{"n":2,"best_of":5}""", null, 5)]
    [InlineData("""{"best_of":5,"max_tokens":5}""", 5L, 5)]
    [InlineData("""{"nested":{"max_tokens":-1,"n":0}}""", null, 1)]
    public void The_largest_cap_counts_and_how_many_answers_there_are(string body, long? stated, long answers)
    {
        var facts = CallBodyReader.Read(Encoding.UTF8.GetBytes(body), out var mistake);

        Assert.Null(mistake);
        Assert.Equal((stated, answers), (facts!.Value.Output.Stated, facts.Value.Output.Answers));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("\"100\"")]
    [InlineData("true")]
    [InlineData("[5]")]
    [InlineData("{}")]
    [InlineData("9223372036854775808")]
    [InlineData("99999999999999999999999999")]
    public void A_number_that_pools_could_take_for_another_is_a_mistake(string value)
    {
        foreach (var name in (string[])["max_tokens", "max_completion_tokens", "max_output_tokens", "n", "best_of"])
        {
            var body = $$"""{"model":"m","{{name}}":{{value}},"messages":[]}""";

            Assert.Equal($"'{name}' must be a whole number of 1 or more.", Mistake(body));
        }
    }

    [Theory]
    [InlineData("""{"max_tokens":5,"max_tokens":5}""", "'max_tokens' stands twice in the body.")]
    [InlineData("""{"max_tokens":null,"max_tokens":5}""", "'max_tokens' stands twice in the body.")]
    [InlineData("""{"n":1,"model":"m","n":100}""", "'n' stands twice in the body.")]
    [InlineData("""{"n":3,"best_of":2}""", "'best_of' must not be less than 'n'.")]
    [InlineData("""{"best_of":2,"n":3}""", "'best_of' must not be less than 'n'.")]
    public void What_contradicts_itself_is_a_mistake(string body, string mistake) =>
        Assert.Equal(mistake, Mistake(body));

    private static string? Mistake(string body)
    {
        Assert.Null(CallBodyReader.Read(Encoding.UTF8.GetBytes(body), out var mistake));
        return mistake;
    }
}
