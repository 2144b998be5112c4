using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.EndToEnd.Hosting;
using Sluice.SimulatedPool;

namespace Sluice.EndToEnd.Policies;

/// <summary>
/// A policy agent from settings to answers. It is played by a server that speaks Open Policy Agent's REST API and knows
/// one rule, the one of docs/policy.md: nothing else in these tests depends on who evaluates it.
/// </summary>
public sealed class PolicyTests(PolicySluice shared) : IClassFixture<PolicySluice>
{
    [Fact]
    public async Task A_call_that_the_policy_denies_is_403_with_its_reason_and_takes_nothing()
    {
        var access = await shared.Sluice.Admins.NewAccessAsync(
            "user", ["*"], [], Limits.Quota(1), Limits.Slots(1), Limits.Rate(1, "1h"));
        var client = shared.Sluice.With(access.Key);

        for (var i = 0; i < 3; i++)
        {
            var refused = (await client.ChatAsync()).IsError(403, "policy_denied");
            Assert.StartsWith(
                "A policy of the operators of this gateway does not allow this request: only developers call models.",
                refused.Message, StringComparison.Ordinal);
            await shared.Sluice.Admins.AllSlotsFreeAsync(access.ClientId);
        }

        await Patience.UntilAsync(
            () => shared.Sluice.Admins.StateAsync(access.ClientId), state => state.Used.Values.All(used => used == 0));
    }

    [Fact]
    public async Task A_call_that_it_allows_goes_on_and_one_that_a_role_refuses_is_not_asked_about()
    {
        var developer = await shared.Sluice.Admins.NewAccessAsync("developer", ["*"], []);
        var auditor = await shared.Sluice.Admins.NewAccessAsync("auditor", ["*"], []);

        (await shared.Sluice.With(developer.Key).ChatAsync()).Is(200);
        (await shared.Sluice.With(auditor.Key).ChatAsync()).IsError(403, "role_not_allowed");

        Assert.Contains(shared.Clients, client => client == developer.ClientId);
        Assert.DoesNotContain(shared.Clients, client => client == auditor.ClientId);
    }

    [Fact]
    public async Task An_agent_that_hangs_costs_a_call_its_time_limit_and_no_call_goes_on()
    {
        var slow = await shared.Sluice.Admins.NewAccessAsync("developer", ["*"], []);
        shared.HangFor = slow.ClientId;

        var refused = (await shared.Sluice.With(slow.Key).ChatAsync()).IsError(503, "policy_unavailable");

        Assert.Equal("1", refused.Headers["Retry-After"]);
        Assert.Equal("true", refused.Headers["x-should-retry"]);
    }
}

/// <summary>An installation with a policy agent beside it.</summary>
public sealed class PolicySluice : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly List<string> _clients = [];
    private readonly TaskCompletionSource _over = new();
    private WebApplication? _agent;
    private SimulatedPoolServer? _pool;
    private SluiceProcess? _sluice;

    public SluiceProcess Sluice => _sluice!;

    /// <summary>A client about which it never answers.</summary>
    public string? HangFor { get; set; }

    /// <summary>Whom it was asked about.</summary>
    public IReadOnlyList<string> Clients
    {
        get
        {
            lock (_clients)
            {
                return [.. _clients];
            }
        }
    }

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _agent = builder.Build();
        _agent.Urls.Add("http://127.0.0.1:0");
        _agent.MapPost("/v1/data/deepseek/auth", (Delegate)DecideAsync);
        await _agent.StartAsync(Patience.Token);
        _pool = await SharedSluice.PoolAsync(SimulatedPoolOptions.Instant);
        _sluice = await SluiceProcess.StartAsync(new SluiceSettings
        {
            Data = _folder.In("data"),
            Pool = _pool.Address,
            Environment = new Dictionary<string, string>
            {
                ["Policy__Address"] = _agent.Urls.Single(),
                ["Policy__Path"] = "deepseek/auth",
                ["Policy__Timeout"] = "00:00:02",
            },
        });
    }

    public async ValueTask DisposeAsync()
    {
        _over.SetResult();
        if (_sluice is not null)
        {
            await _sluice.DisposeAsync();
        }

        if (_pool is not null)
        {
            await _pool.DisposeAsync();
        }

        if (_agent is not null)
        {
            await _agent.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task<IResult> DecideAsync(HttpContext context)
    {
        var input = (await JsonNode.ParseAsync(context.Request.Body))!["input"]!;
        var client = (string)input["principal"]!["client"]!;
        lock (_clients)
        {
            _clients.Add(client);
        }

        if (client == HangFor)
        {
            await _over.Task;
        }

        var allow = (string)input["action"]! == "models:call"
            && input["roles"]!.AsArray().Any(role => (string)role! == "developer");
        return Results.Json(new
        {
            result = new { allow, reason = allow ? "" : "only developers call models" },
        });
    }
}
