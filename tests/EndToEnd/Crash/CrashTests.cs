using System.Net;
using Sluice.EndToEnd.Hosting;
using Sluice.SimulatedPool;

namespace Sluice.EndToEnd.Crash;

/// <summary>What is still true after the process was taken away in the middle of its work, or asked to go.</summary>
public sealed class CrashTests : IAsyncLifetime
{
    private const int Workers = 8;

    /// <summary>A block is at most a hundredth of what remains of a quota, so this is 200.</summary>
    private const long Quota = 20_000;
    private const long BlockMax = Quota / 100;

    private static readonly string[] OtherModels = ["qwen3-32b"];

    private readonly TempFolder _folder = new();
    private SimulatedPoolServer? _pool;

    public async ValueTask InitializeAsync() => _pool = await SharedSluice.PoolAsync(new SimulatedPoolOptions
    {
        DecodeTokensPerSecond = 2_000,
        AnswerTokensMin = 4,
        AnswerTokensMax = 16,
        RecordedRequests = 0,
    });

    public async ValueTask DisposeAsync()
    {
        await _pool!.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_process_killed_under_load_forgets_nothing_that_it_answered()
    {
        Access access;
        Access revoked;
        string quickstart;
        long answered;
        await using (var sluice = await StartAsync())
        {
            quickstart = sluice.Quickstart;
            access = await sluice.Admins.NewAccessAsync(Limits.Quota(Quota));
            revoked = await sluice.Admins.NewAccessAsync();
            (await sluice.Admins.PutAsync($"plans/{revoked.Plan}", new { models = new { use = OtherModels } }))
                .Is(HttpStatusCode.OK);
            await RevokeAsync(sluice, revoked);

            var load = new CountedLoad(sluice.Edge, access.Key);
            var workers = load.RunAsync(Workers);
            await load.AnsweredAtLeastAsync(300);
            await sluice.Program.KillAsync();
            await workers;
            answered = load.Answered;
        }

        await using var again = await SluiceProcess.StartAsync(SettingsLike(quickstart));

        Assert.Equal(quickstart, again.Quickstart);

        // Counted too high is what was open, a block, and what the edge held in chunks: one of which half may have been
        // spent, and the next one; each is no more than was open when it was granted.
        Assert.InRange(
            (await again.Admins.StateAsync(access.ClientId)).Used["monthly"],
            answered, answered + Workers + 3 * BlockMax);
        (await again.With(access.Key).ChatAsync()).Is(200);
        (await again.With(again.ApiKey).ChatAsync()).Is(200);
        (await again.With(revoked.Key).ChatAsync()).IsError(401, "api_key_revoked");
        var plan = (await again.Admins.GetAsync($"plans/{revoked.Plan}")).Is(HttpStatusCode.OK).Json;
        Assert.Equal(OtherModels, plan["models"]!["use"]!.AsArray().Select(model => (string)model!));
        Assert.Equal(2, (int)plan["version"]!);
        var client = (await again.Admins.GetAsync($"clients/{access.ClientId}")).Is(HttpStatusCode.OK).Json;
        Assert.Equal((access.Tenant, access.Name, access.Plan),
            ((string)client["tenant"]!, (string)client["name"]!, (string)client["plan"]!));
    }

    [Fact]
    public async Task A_clean_stop_counts_exactly_what_was_served()
    {
        Access access;
        await using (var sluice = await StartAsync())
        {
            access = await sluice.Admins.NewAccessAsync(Limits.Quota(Quota));
            var client = sluice.With(access.Key);
            await Task.WhenAll(Enumerable.Range(0, 37).Select(async _ => (await client.ChatAsync()).Is(200)));

            Assert.Equal(0, await sluice.Program.StopAsync());
            Assert.Equal("", sluice.Program.Output.Error);
        }

        await using var again = await StartAsync();

        Assert.Equal(37, (await again.Admins.StateAsync(access.ClientId)).Used["monthly"]);
    }

    [Fact]
    public async Task A_clean_stop_under_load_lets_running_calls_end_and_counts_each()
    {
        Access access;
        long answered;
        await using (var sluice = await StartAsync())
        {
            access = await sluice.Admins.NewAccessAsync(Limits.Quota(Quota));
            var load = new CountedLoad(sluice.Edge, access.Key);
            var workers = load.RunAsync(Workers);
            await load.AnsweredAtLeastAsync(100);

            Assert.Equal(0, await sluice.Program.StopAsync());

            await workers;
            answered = load.Answered;
        }

        await using var again = await StartAsync();

        Assert.Equal(answered, (await again.Admins.StateAsync(access.ClientId)).Used["monthly"]);
    }

    private static async Task RevokeAsync(SluiceProcess sluice, Access access)
    {
        var key = $"clients/{access.ClientId}/keys/{access.Version}";
        (await sluice.Admins.PostAsync($"{key}/revoke", new { reason = "lost" })).Is(HttpStatusCode.NoContent);
    }

    private Task<SluiceProcess> StartAsync() => SluiceProcess.StartAsync(
        new SluiceSettings { Data = _folder.In("data"), Pool = _pool!.Address });

    /// <summary>On the ports of the start before, as an operator's are.</summary>
    private SluiceSettings SettingsLike(string quickstart)
    {
        var before = System.Text.Json.Nodes.JsonNode.Parse(quickstart)!;
        int Port(string name) => new Uri((string)before[name]!).Port;
        return new SluiceSettings
        {
            Data = _folder.In("data"),
            Pool = _pool!.Address,
            Port = Port("edge"),
            AdminPort = Port("admin"),
        };
    }
}
