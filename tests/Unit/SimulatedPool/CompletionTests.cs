using Xunit;

namespace Sluice.Unit.SimulatedPool;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("\"Once upon a time\"", 4)]
    [InlineData("[\"Once upon a time\"]", 4)]
    [InlineData("[11,12,13]", 3)]
    [InlineData("[[11,12,13]]", 3)]
    public async Task A_prompt_is_a_text_or_token_numbers(string prompt, int tokens)
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);

        var reply = await pool.JsonAsync(
            "/v1/completions", $$"""{"model":"{{RunningPool.Model}}","prompt":{{prompt}},"max_tokens":4}""");

        Assert.Equal("text_completion", reply.GetProperty("object").GetString());
        Assert.NotEmpty(reply.GetProperty("choices")[0].GetProperty("text").GetString()!);
        Assert.Equal("length", reply.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(tokens, reply.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(4, reply.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }
}
