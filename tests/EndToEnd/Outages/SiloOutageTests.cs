using System.Globalization;
using System.Net;
using Sluice.EndToEnd.Hosting;
using Sluice.SimulatedPool;
using Sluice.Testing;

namespace Sluice.EndToEnd.Outages;

/// <summary>
/// P6. A silo goes and comes back under an edge that runs on: what each plan's clients see, and what is counted.
/// </summary>
public sealed class SiloOutageTests(Databases databases) : IAsyncLifetime
{
    private const int Budget = 10;

    private readonly TempFolder _folder = new();
    private SimulatedPoolServer? _pool;

    public async ValueTask InitializeAsync() => _pool = await SharedSluice.PoolAsync(SimulatedPoolOptions.Instant);

    public async ValueTask DisposeAsync()
    {
        await _pool!.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Open_plans_go_on_up_to_their_budget_others_get_503_and_the_debt_is_counted()
    {
        var (port, url) = (FreePort.Next(), await databases.NewAsync());
        await using var first = await RunningSilo.StartAsync(_folder, url, port);
        await using var edge = await RunningEdge.StartAsync(port, _pool!.Address);
        var open = await AccessAsync(first, "open");
        var closed = await AccessAsync(first, "closed");
        var unseen = await AccessAsync(first, "open"); // Never used before the outage.
        (await edge.With(open.Key).ChatAsync()).Is(200);
        (await edge.With(closed.Key).ChatAsync()).Is(200);

        Assert.Equal(0, await first.Program.StopAsync());
        var answers = new List<EdgeAnswer>();
        for (var i = 0; i < Budget + 5; i++)
        {
            answers.Add(await edge.With(open.Key).ChatAsync());
        }

        Assert.Equal(
            [.. Enumerable.Repeat(200, Budget), .. Enumerable.Repeat(503, 5)], answers.Select(answer => answer.Status));
        Assert.All(answers.Skip(Budget), answer => Assert.InRange(
            int.Parse(answer.Headers["Retry-After"], CultureInfo.InvariantCulture), 1, 3));
        (await edge.With(closed.Key).ChatAsync()).IsError(503, "service_unavailable");
        (await edge.With(unseen.Key).ChatAsync()).IsError(503, "service_unavailable");
        (await edge.With(WrongKeys.OtherSecret(open.Key)).ChatAsync()).IsError(503, "service_unavailable");
        Assert.Contains(
            $"sluice_degraded_admitted_total {Budget}", (await edge.LookAsync("/metrics")).Body,
            StringComparison.Ordinal);

        await using var second = await RunningSilo.StartAsync(_folder, url, port);
        var back = await Patience.UntilAsync(
            () => edge.With(open.Key).ChatAsync(), answer => answer.Headers.ContainsKey("x-ratelimit-limit-requests"));
        back.Is(200);

        // One before, the budget, and the one that was decided again; once each.
        await Patience.UntilAsync(
            () => second.Admins.StateAsync(open.ClientId),
            state => state.Slots.Count == 0 && state.Used["monthly"] == 1 + Budget + 1);
        await Patience.UntilAsync(() => edge.With(closed.Key).ChatAsync(), answer => answer.Status == 200);
        (await edge.With(WrongKeys.OtherSecret(open.Key)).ChatAsync()).IsError(401, "invalid_api_key");
    }

    private static async Task<Access> AccessAsync(RunningSilo silo, string mode)
    {
        var limits = new[] { Limits.Rate(Budget / 2, "1s", burst: 1_000), Limits.Quota(1_000) };
        var access = await silo.Admins.NewAccessAsync(limits);
        var plan = new { plan = access.Plan, models = new { use = new[] { "*" } }, limits, degraded = new { mode } };
        (await silo.Admins.PutAsync($"plans/{access.Plan}", plan)).Is(HttpStatusCode.OK);
        return access;
    }
}
