using System.Net;
using Xunit;

namespace Sluice.Unit.SimulatedPool;

public sealed class PoolFailureTests
{
    [Fact]
    public async Task A_failure_of_the_whole_pool_lasts_until_it_is_switched_off()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant with { Simulate = "status=500" });
        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(pool));

        await PostSwitchesAsync(pool, "status=502");
        Assert.Equal(HttpStatusCode.BadGateway, await StatusAsync(pool));
        Assert.Equal(HttpStatusCode.BadGateway, await StatusAsync(pool));

        await PostSwitchesAsync(pool, "off");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(pool));
    }

    [Fact]
    public async Task A_failure_that_is_counted_ends_by_itself()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);

        pool.Server.Simulate("status=500;times=2");

        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(pool));
        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(pool));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(pool));
    }

    [Fact]
    public async Task The_header_of_a_request_overrules_the_failure_of_the_pool()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant with { Simulate = "status=500" });
        using var response = await pool.ChatAsync(failure: "off");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Health_follows_its_own_switch()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant);
        Assert.Equal(HttpStatusCode.OK, await HealthAsync(pool));

        pool.Server.Simulate("unhealthy");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await HealthAsync(pool));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(pool));
    }

    [Fact]
    public async Task Switching_needs_the_key_of_the_pool()
    {
        await using var pool = await RunningPool.StartAsync(RunningPool.Instant with { ApiKey = "pool-key" });
        using var response = await pool.PostAsync("/simulate", "status=500");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    private static async Task<HttpStatusCode> StatusAsync(RunningPool pool)
    {
        using var response = await pool.ChatAsync();
        return response.StatusCode;
    }

    private static async Task<HttpStatusCode> HealthAsync(RunningPool pool)
    {
        using var response = await pool.Client.GetAsync("/health", TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static async Task PostSwitchesAsync(RunningPool pool, string switches)
    {
        using var response = await pool.PostAsync("/simulate", switches);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }
}
