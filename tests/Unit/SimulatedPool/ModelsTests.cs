using System.Net;
using Xunit;

namespace Sluice.Unit.SimulatedPool;

public sealed class ModelsTests
{
    [Fact]
    public async Task The_list_has_every_model_with_the_members_that_clients_need()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant with { Models = ["one", "org/two"] });
        using var response = await pool.Client.GetAsync("/v1/models", TestContext.Current.CancellationToken);

        var list = await RunningPool.ReadJsonAsync(response);

        Assert.Equal("list", list.GetProperty("object").GetString());
        var models = list.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["one", "org/two"], models.ConvertAll(model => model.GetProperty("id").GetString()!));
        Assert.All(models, model =>
        {
            Assert.Equal("model", model.GetProperty("object").GetString());
            Assert.True(model.GetProperty("created").GetInt64() > 0);
            Assert.NotEmpty(model.GetProperty("owned_by").GetString()!);
        });
    }

    [Theory]
    [InlineData("/v1/models/org/two")]
    [InlineData("/v1/models/org%2Ftwo")]
    public async Task A_model_is_found_by_an_id_with_a_slash(string path)
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant with { Models = ["one", "org/two"] });
        using var response = await pool.Client.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal("org/two", (await RunningPool.ReadJsonAsync(response)).GetProperty("id").GetString());
    }

    [Fact]
    public async Task An_unknown_model_is_not_found()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);
        using var response = await pool.Client.GetAsync("/v1/models/none", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        var error = (await RunningPool.ReadJsonAsync(response)).GetProperty("error");
        Assert.Equal("model_not_found", error.GetProperty("code").GetString());
    }
}
