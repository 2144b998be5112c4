using System.CommandLine;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;

namespace Sluice.Bench.Rules;

/// <summary>The command line of the benchmark of the rules alone: no grain, no message, no clock.</summary>
internal static class RulesCommand
{
    private static readonly Option<bool> Short = new("--short") { Description = "A quick look: fewer rounds." };

    public static Command Create()
    {
        var command = new Command("rules", "What a decision costs by itself: time and memory, by BenchmarkDotNet.")
        {
            Short,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        // In this process: what it would build to run apart could not be restored where this was.
        var length = parsed.GetValue(Short) ? Job.ShortRun : Job.Default;
        var job = length.WithToolchain(InProcessNoEmitToolchain.Instance);
        var folder = Directory.CreateTempSubdirectory("sluice-bench-rules-");
        try
        {
            var config = ManualConfig.CreateEmpty()
                .AddJob(job)
                .AddColumn(
                    TargetMethodColumn.Method, StatisticColumn.Mean, StatisticColumn.Median, StatisticColumn.P95)
                .AddDiagnoser(MemoryDiagnoser.Default)
                .AddColumnProvider(DefaultColumnProviders.Metrics)
                .AddExporter(MarkdownExporter.GitHub)
                .AddLogger(ConsoleLogger.Default)
                .WithOptions(ConfigOptions.JoinSummary)
                .WithArtifactsPath(folder.FullName);
            var summaries = BenchmarkRunner.Run(
                [typeof(DecisionBenchmarks), typeof(ChunkBenchmarks), typeof(SettlementBenchmarks)], config);
            return summaries.All(summary => summary.Reports.All(report => report.Success))
                ? ExitCodes.Done
                : ExitCodes.Failed;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
