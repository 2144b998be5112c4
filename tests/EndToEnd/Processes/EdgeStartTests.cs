using Sluice.EndToEnd.Hosting;
using Sluice.SimulatedPool;
using Sluice.Testing;

namespace Sluice.EndToEnd.Processes;

/// <summary>An edge process before there is a silo, and when its silo comes and goes.</summary>
public sealed class EdgeStartTests(Databases databases) : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private SimulatedPoolServer? _pool;

    public async ValueTask InitializeAsync() => _pool = await SharedSluice.PoolAsync(SimulatedPoolOptions.Instant);

    public async ValueTask DisposeAsync()
    {
        await _pool!.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_waits_for_a_silo_lives_meanwhile_and_is_not_ready()
    {
        await using var edge = await RunningEdge.BeginAsync(FreePort.Next(), _pool!.Address);
        await edge.Program.SaysAsync("Waiting for a silo: ");

        Assert.Equal(200, (await edge.LookAsync("/healthz")).Status);
        Assert.Equal(503, (await edge.LookAsync("/readyz")).Status);
        Assert.Equal(["session", "silo"], (await edge.ProblemsAsync()).Order(StringComparer.Ordinal));
        await edge.Program.SaysAsync("That was try 3,");

        Assert.Equal(0, await edge.Program.StopAsync());
        Assert.Empty(edge.Program.Output.Error);
    }

    [Fact]
    public async Task It_is_ready_as_soon_as_a_silo_comes_and_serves_its_clients()
    {
        var port = FreePort.Next();
        await using var edge = await RunningEdge.BeginAsync(port, _pool!.Address);
        await edge.Program.SaysAsync("Waiting for a silo: ");
        await using var silo = await RunningSilo.StartAsync(_folder, await databases.NewAsync(), port);
        var access = await silo.Admins.NewAccessAsync();

        await edge.ReadyAsync();

        (await edge.With(access.Key).ChatAsync()).Is(200);
        (await edge.With(WrongKeys.OtherSecret(access.Key)).ChatAsync()).IsError(401, "invalid_api_key");
        Assert.Equal(200, (await edge.LookAsync("/readyz")).Status);
    }

    [Fact]
    public async Task Operators_have_a_port_of_their_own_and_clients_see_nothing_of_it()
    {
        var port = FreePort.Next();
        await using var silo = await RunningSilo.StartAsync(_folder, await databases.NewAsync(), port);
        await using var edge = await RunningEdge.StartAsync(port, _pool!.Address);
        var access = await silo.Admins.NewAccessAsync();
        (await edge.With(access.Key).ChatAsync()).Is(200);

        var (status, metrics) = await edge.LookAsync("/metrics");

        Assert.Equal(200, status);
        Assert.Contains(
            "sluice_admission_decisions_total{decided_by=\"grain\",verdict=\"Admitted\"} 1", metrics,
            StringComparison.Ordinal);
        Assert.NotEqual(edge.Edge.Port, edge.Admin.Port);
        (await edge.With(access.Key).GetAsync("/metrics")).IsError(404, "unknown_url");
        Assert.Equal(404, (await edge.LookAsync("/v1/models")).Status);
    }

    [Fact]
    public async Task An_edge_that_loses_its_silo_says_so_and_is_ready_again_with_the_next_one()
    {
        var (port, url) = (FreePort.Next(), await databases.NewAsync());
        await using var first = await RunningSilo.StartAsync(_folder, url, port);
        await using var edge = await RunningEdge.StartAsync(port, _pool!.Address);
        var access = await first.Admins.NewAccessAsync();
        (await edge.With(access.Key).ChatAsync()).Is(200);

        Assert.Equal(0, await first.Program.StopAsync());
        await Patience.UntilAsync(edge.ProblemsAsync, problems => problems.Contains("silo"));
        Assert.Equal(200, (await edge.LookAsync("/healthz")).Status);
        (await edge.With(access.Key).ChatAsync()).IsError(503, "service_unavailable");

        await using var second = await RunningSilo.StartAsync(_folder, url, port);
        await Patience.UntilAsync(edge.ProblemsAsync, problems => problems.Count == 0);
        (await edge.With(access.Key).ChatAsync()).Is(200);
    }
}
