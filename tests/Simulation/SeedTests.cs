using Xunit;

namespace Sluice.Simulation;

/// <summary>A fixed budget of seeds. ./bench simulate runs more of them.</summary>
public sealed class SeedTests(ITestOutputHelper output)
{
    private const int Seeds = 40;

    private static readonly Lazy<SeedRange> Budget = new(() => SeedRange.Run(1, Seeds, CancellationToken.None));

    /// <summary>
    /// Guards every promise that docs/simulation.md lists. A seed that fails says what was broken, what happened last
    /// and how to see it again.
    /// </summary>
    [Fact]
    public void No_seed_of_the_budget_breaks_a_promise()
    {
        Budget.Value.Lines().ToList().ForEach(output.WriteLine);

        Assert.True(Budget.Value.Failures.Count == 0, string.Join(Environment.NewLine, Budget.Value.Failures));
    }

    /// <summary>Guards the budget itself: a simulation in which nothing happens keeps every promise.</summary>
    [Fact]
    public void The_seeds_of_the_budget_reach_what_they_are_to_test()
    {
        var reports = Budget.Value.Reports;

        Assert.Contains(reports, report => report.IsGentle);
        Assert.Contains(reports, report => !report.IsGentle);
        Assert.All(reports, report => Assert.True(report.Asked > 100, report.Mix));
        Assert.All(reports, report => Assert.True(report.Begun > 50, report.Mix));
        Assert.Contains(reports, report => report.GoneOn > 0);
        Assert.Contains(reports, report => report.Openings > 10);
        Assert.Contains(reports, report => report.Overtaken > 0);
        Assert.Contains(reports, report => report.Lent > 20);
        Assert.Contains(reports, report => report.ByChunk > 100);
        Assert.Contains(reports, report => report.Alone > 10);
        Assert.Contains(reports, report => report.Debts > 10);
        Assert.Contains(reports, report => report.Refused > 100);
        Assert.All(reports, report => Assert.True(report.Logged > 50, report.Mix));
        Assert.Contains(reports, report => report.Compared > 3);
    }
}
