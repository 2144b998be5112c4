using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.SimulatedPool;
using Xunit;

namespace Sluice.Unit.SimulatedPool;

public sealed class OptionsTests
{
    /// <summary>Somebody who mends a command line sees every mistake at once, not one per start.</summary>
    [Fact]
    public async Task Every_mistake_is_reported_in_one_failure()
    {
        var options = new SimulatedPoolOptions { BatchSize = 0, Models = ["a", "a"], Simulate = "nonsense" };

        var failure = await Assert.ThrowsAsync<ArgumentException>(() => SimulatedPoolServer.StartAsync(
            options, TimeProvider.System, NullLoggerFactory.Instance, TestContext.Current.CancellationToken));

        Assert.Contains("BatchSize must be 1 or more.", failure.Message);
        Assert.Contains("Models must not name a model twice.", failure.Message);
        Assert.Contains("'nonsense'", failure.Message);
    }

    [Fact]
    public void The_command_line_overrules_the_profile()
    {
        var asked = Options("--instant", "--port", "0", "--batch", "7", "--model", "a", "--model", "b");

        Assert.Equal(
            SimulatedPoolOptions.Instant with { BatchSize = 7, Models = asked.Models },
            asked);
        Assert.Equal(["a", "b"], asked.Models);
    }

    [Fact]
    public void The_command_line_without_options_is_a_pool_on_loopback_with_vLLMs_port()
    {
        var asked = Options();

        Assert.Equal(8000, asked.Port);
        Assert.Equal(IPAddress.Loopback, asked.Listen);
        Assert.Equal(new SimulatedPoolOptions().Models, asked.Models);
        Assert.Null(asked.ApiKey);
    }

    private static SimulatedPoolOptions Options(params string[] arguments) =>
        PoolCommand.Options(PoolCommand.Create((_, _) => Task.FromResult(0)).Parse(arguments));
}
