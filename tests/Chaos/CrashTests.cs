namespace Sluice.Chaos;

/// <summary>Silos that end without a word, or stand still.</summary>
public sealed class CrashTests : ChaosTest
{
    /// <summary>Less than the 8 s that an edge waits for a decision, because the silo is replaced sooner.</summary>
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FullServiceWithin = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_silo_that_is_killed_is_replaced_within_seconds_and_no_call_hangs()
    {
        await using var cluster = await StartAsync();

        var report = await ThroughAsync(cluster, "A silo is killed", cluster.Silos[0].Program.KillAsync);

        Assert.True(report.LongestGap <= FullServiceWithin, $"Some caller had no answer for {report.LongestGap}.");
        Assert.True(report.Slowest <= LongestAnswer, $"A request hung for {report.Slowest}.");
    }

    [Fact]
    public async Task A_silo_that_stood_still_for_20_s_finds_itself_replaced_and_ends()
    {
        await using var cluster = await StartAsync();
        var paused = cluster.Silos[0];

        var report = await ThroughAsync(cluster, "A silo stands still for 20 s", async () =>
        {
            paused.Program.Pause();
            await Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System);
            paused.Program.Resume();
            await paused.Program.ExitedAsync();
        });

        Assert.NotEqual(0, paused.Program.ExitCode);
        Assert.Contains("declared this one dead", paused.Program.Output, StringComparison.Ordinal);
        Assert.True(report.LongestGap <= FullServiceWithin, $"Some caller had no answer for {report.LongestGap}.");
        Assert.True(report.Slowest <= LongestAnswer, $"A request hung for {report.Slowest}.");
    }
}
