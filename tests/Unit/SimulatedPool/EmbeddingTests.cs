using System.Runtime.InteropServices;
using System.Text.Json;
using Xunit;

namespace Sluice.Unit.SimulatedPool;

public sealed class EmbeddingTests
{
    [Fact]
    public async Task Numbers_and_Base64_are_the_same_vector_of_length_one()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);

        var asNumbers = await EmbedAsync(pool, "\"page\"", "");
        var asBase64 = await EmbedAsync(pool, "\"page\"", ",\"encoding_format\":\"base64\"");

        var numbers = VectorsOf(asNumbers)[0].EnumerateArray().Select(value => value.GetSingle()).ToArray();
        var decoded = MemoryMarshal.Cast<byte, float>(VectorsOf(asBase64)[0].GetBytesFromBase64()).ToArray();
        Assert.Equal(1024, numbers.Length);
        Assert.Equal(numbers, decoded);
        Assert.Equal(1, numbers.Sum(value => value * value), 0.001);
    }

    [Fact]
    public async Task Every_input_has_its_vector_in_order_and_its_tokens_in_the_usage()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Stepping);

        var reply = await EmbedAsync(pool, "[\"one\",\"three\",\"one\"]", ",\"dimensions\":3");

        var vectors = VectorsOf(reply).ConvertAll(vector => vector.GetRawText());
        Assert.Equal(3, JsonDocument.Parse(vectors[0]).RootElement.GetArrayLength());
        Assert.Equal(vectors[0], vectors[2]);
        Assert.NotEqual(vectors[0], vectors[1]);
        Assert.Equal(1 + 2 + 1, reply.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(1 + 2 + 1, reply.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    private static Task<JsonElement> EmbedAsync(RunningPool pool, string input, string more) =>
        pool.JsonAsync("/v1/embeddings", $$"""{"model":"{{RunningPool.Model}}","input":{{input}}{{more}}}""");

    private static List<JsonElement> VectorsOf(JsonElement reply) =>
        [.. reply.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("embedding"))];
}
