using System.Net;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;
using Sluice.SimulatedPool;
using Sluice.Testing;

namespace Sluice.EndToEnd.Usage;

/// <summary>Guards bills: what a real edge served is in the log, each call once, and counts agree with it.</summary>
public sealed class UsageLogTests(Databases databases) : IAsyncLifetime
{
    private const int Calls = 40;

    private static readonly (string, string)[] QuickLog = [("Edge__UsagePeriod", "00:00:00.100")];

    private readonly TempFolder _folder = new();
    private SimulatedPoolServer? _pool;

    public async ValueTask InitializeAsync() => _pool = await SharedSluice.PoolAsync(SimulatedPoolOptions.Instant);

    public async ValueTask DisposeAsync()
    {
        await _pool!.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Every_call_is_logged_once_and_after_a_silo_was_killed_counts_come_down_to_the_log()
    {
        var (port, url) = (FreePort.Next(), await databases.NewAsync());
        await using var first = await RunningSilo.StartAsync(_folder, url, port);
        await using var edge = await RunningEdge.StartAsync(port, _pool!.Address, QuickLog);
        var access = await first.Admins.NewAccessAsync(Limits.Quota(100_000));
        var client = edge.With(access.Key);
        await Task.WhenAll(Enumerable.Range(0, Calls).Select(async _ => (await client.ChatAsync()).Is(200)));
        (await client.ChatAsync(model: "no-such-model")).IsError(404, "model_not_found"); // A refusal is no call.

        var sum = await Patience.UntilAsync(
            () => SumAsync(first.Admins, access), sum => sum is not null && (long)sum["requests"]! >= Calls);
        var events = await EventsAsync(first.Admins, access);

        Assert.Equal((Calls, Calls, 0), ((int)sum!["requests"]!, (int)sum["calls"]!, (int)sum["edgeLost"]!));
        Assert.Equal((access.Tenant, EdgeClient.Model), ((string)sum["tenant"]!, (string)sum["model"]!));
        Assert.Equal(Calls, events.Select(one => (string)one["requestId"]!).Distinct().Count());
        Assert.All(events, one => Assert.Equal(
            ("used", access.Plan, "chat/completions", 1),
            ((string)one["outcome"]!, (string)one["plan"]!, (string)one["endpoint"]!, (int)one["keyVersion"]!)));
        Assert.Equal((long)sum["outputTokens"]!, events.Sum(one => (long)one["outputTokens"]!));
        Assert.InRange((long)sum["outputTokens"]!, Calls, long.MaxValue);
        Assert.Equal(Calls, (await first.Admins.StateAsync(access.ClientId)).Used["monthly"]);
        var agreed = (await first.Admins.PostAsync($"clients/{access.ClientId}/usage/reconcile", null))
            .Is(HttpStatusCode.OK).Json;
        Assert.Equal("done", (string)agreed["state"]!);
        Assert.Equal(0, (long)agreed["quotas"]![0]!["changed"]!);
        Assert.Equal(HttpStatusCode.Unauthorized, (await first.Admins.As(null).GetAsync("usage")).Status);

        await first.Program.KillAsync();
        await using var second = await RunningSilo.StartAsync(_folder, url, port);
        var counted = (await second.Admins.StateAsync(access.ClientId)).Used["monthly"];
        Assert.InRange(counted, Calls + 1, Calls + 1_000); // What was stored ahead counts as used.
        await Patience.UntilAsync(
            () => second.Admins.StateAsync(access.ClientId), state => state.Used["monthly"] == Calls);
        await Patience.UntilAsync(() => client.ChatAsync(), answer => answer.Status == 200);
        await Patience.UntilAsync(
            () => SumAsync(second.Admins, access),
            after => (long)after!["requests"]! == Calls + 1);
        Assert.Equal(Calls + 1, (await second.Admins.StateAsync(access.ClientId)).Used["monthly"]);
    }

    private static async Task<JsonNode?> SumAsync(AdminClient admins, Access access) =>
        (await admins.GetAsync($"usage?client={access.ClientId}")).Is(HttpStatusCode.OK).Json["items"]!.AsArray()
            .SingleOrDefault();

    private static async Task<JsonNode[]> EventsAsync(AdminClient admins, Access access) =>
        [.. (await admins.GetAsync($"usage/events?client={access.ClientId}")).Is(HttpStatusCode.OK).Body
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
}
