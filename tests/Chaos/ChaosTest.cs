using Sluice.Chaos.Load;
using Sluice.Chaos.Processes;
using Sluice.Testing;

namespace Sluice.Chaos;

/// <summary>
/// What the tests of this project have in common: trouble under a steady load, and what must hold through it.
/// </summary>
[Collection("one cluster at a time")]
public abstract class ChaosTest
{
    private const int Callers = 12;

    internal static Task<TestCluster> StartAsync()
    {
        Assert.SkipWhen(PostgreSqlServer.WhyMissing is not null, PostgreSqlServer.WhyMissing ?? "");
        return TestCluster.StartAsync();
    }

    /// <summary>
    /// Makes trouble under load, waits until every caller succeeds again, and prints what it cost. No caller may be
    /// told that its key is wrong, and no acknowledged change may be lost.
    /// </summary>
    internal static async Task<LoadReport> ThroughAsync(TestCluster cluster, string what, Func<Task> trouble)
    {
        await using var load = await cluster.BeginLoadAsync(Callers);
        await using var changes = Changes.Begin(cluster.Admin);
        await trouble();
        var after = load.Succeeded;
        await Eventually.True(() => load.Succeeded >= after + Callers * 5, "Callers succeed again.");
        var report = await load.StopAsync();
        await changes.VerifyAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{what}: {report}; {changes.Acknowledged} changes acknowledged and kept, {changes.Unknown} not answered");
        TestContext.Current.SendDiagnosticMessage($"{what}: {report}");
        Assert.DoesNotContain("401", report.Failures.Keys);
        Assert.DoesNotContain("403", report.Failures.Keys);
        Assert.DoesNotContain("429", report.Failures.Keys);
        return report;
    }
}
