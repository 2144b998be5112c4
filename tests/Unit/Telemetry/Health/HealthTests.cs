using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sluice.Telemetry;
using Xunit;

namespace Sluice.Unit.Telemetry.Health;

public sealed class HealthTests
{
    [Fact]
    public async Task A_process_that_answers_is_live_whatever_else_is_wrong()
    {
        await using var host = await HostWith(Of("database", "away"));

        Assert.Equal((200, "application/json; charset=utf-8", """{"status":"live","problems":[]}"""),
            await host.GetAsync("/healthz"));
    }

    [Fact]
    public async Task A_process_is_ready_when_no_check_objects()
    {
        await using var host = await HostWith(Of("database", null), Of("cluster", null));

        Assert.Equal((200, "application/json; charset=utf-8", """{"status":"ready","problems":[]}"""),
            await host.GetAsync("/readyz"));
    }

    [Fact]
    public async Task Every_problem_is_named_in_one_answer()
    {
        await using var host = await HostWith(
            Of("database", "no answer for 3 s"), Of("cluster", null), Of("policy", "not loaded"));

        var (status, _, body) = await host.GetAsync("/readyz");

        Assert.Equal(503, status);
        Assert.Equal(
            """{"status":"not ready","problems":["""
            + """{"name":"database","problem":"no answer for 3 s"},{"name":"policy","problem":"not loaded"}]}""",
            body);
    }

    /// <summary>Guards the address and password that the message of a database's exception may hold.</summary>
    [Fact]
    public async Task A_check_that_throws_is_a_problem_without_its_message()
    {
        await using var host = await HostWith(
            new Check("database", () => throw new InvalidOperationException("Host=10.0.0.1;Password=hunter2")));

        var (status, _, body) = await host.GetAsync("/readyz");

        Assert.Equal(503, status);
        Assert.Equal(
            """{"status":"not ready","problems":["""
            + """{"name":"database","problem":"check failed: InvalidOperationException"}]}""",
            body);
    }

    [Fact]
    public async Task A_check_that_never_answers_is_named_after_two_seconds_of_the_hosts_clock()
    {
        var time = new TimeThatTimesOutAtOnce();
        await using var host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.Services.AddSingleton<IReadinessCheck>(
                new Check("pool", () => new ValueTask<string?>(new TaskCompletionSource<string?>().Task)));
        });

        var (status, _, body) = await host.GetAsync("/readyz");

        Assert.Equal(503, status);
        Assert.Equal("""{"status":"not ready","problems":[{"name":"pool","problem":"no answer in time"}]}""", body);
        Assert.Equal(TimeSpan.FromSeconds(2), time.Asked);
    }

    [Fact]
    public async Task A_host_that_shuts_down_is_alive_and_not_ready()
    {
        await using var host = await HostWith();

        host.App.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        Assert.Equal(200, (await host.GetAsync("/healthz")).Status);
        var (status, _, body) = await host.GetAsync("/readyz");
        Assert.Equal(503, status);
        Assert.Equal("""{"status":"not ready","problems":[{"name":"host","problem":"shutting down"}]}""", body);
    }

    private static Task<TestHost> HostWith(params Check[] checks) => TestHost.StartAsync(builder =>
    {
        foreach (var check in checks)
        {
            builder.Services.AddSingleton<IReadinessCheck>(check);
        }
    });

    private static Check Of(string name, string? problem) => new(name, () => ValueTask.FromResult(problem));

    private sealed class Check(string name, Func<ValueTask<string?>> answer) : IReadinessCheck
    {
        public string Name => name;

        public ValueTask<string?> ProblemAsync(CancellationToken cancellationToken) => answer();
    }

    /// <summary>Every timer with a due time is over at once, and says what it was asked for.</summary>
    private sealed class TimeThatTimesOutAtOnce : TimeProvider
    {
        public TimeSpan Asked { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Asked = dueTime;
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
