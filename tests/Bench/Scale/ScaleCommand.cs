using System.CommandLine;
using Sluice.Bench.Report;

namespace Sluice.Bench.Scale;

/// <summary>The command line of the benchmark of many clients.</summary>
internal static class ScaleCommand
{
    private static readonly Option<int> Known =
        NumberOption.Create("--known", "Clients in the database.", 1_000_000, 1000);
    private static readonly Option<int> Active =
        NumberOption.Create("--active", "Clients of these that are called, and stay in memory.", 100_000, 100);
    private static readonly Option<double> Seconds =
        NumberOption.Create("--seconds", "How long the steady load takes.", 20.0, 1);
    private static readonly Option<int> Rate =
        NumberOption.Create("--rate", "Calls per second of the steady load.", 2000, 1);

    public static Command Create()
    {
        var command = new Command("scale", "What known and active clients cost one silo and its PostgreSQL.")
        {
            Known, Active, Seconds, Rate,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var run = RunFacts.Now(parsed, TimeProvider.System);
        await using var bench = await ScaleBench.StartAsync(cancellationToken);
        var table = new TextTable("", "clients", "took s", "per second", "bytes each", "silo MiB");
        await bench.KnowAsync(parsed.GetValue(Known), table, cancellationToken);
        await bench.ActivateAsync(parsed.GetValue(Active), table, cancellationToken);
        var steady = new TextTable(
            "steady load", "calls/s", "p50 µs", "p99 µs", "commits/s", "WAL KiB/s", "rows written/s",
            "silo CPU µs/call");
        await bench.HoldAsync(0, TimeSpan.FromSeconds(parsed.GetValue(Seconds)), steady, cancellationToken);
        await bench.HoldAsync(
            parsed.GetValue(Rate), TimeSpan.FromSeconds(parsed.GetValue(Seconds)), steady, cancellationToken);
        Console.WriteLine(run.ToText());
        table.Write(Console.Out);
        Console.WriteLine();
        steady.Write(Console.Out);
        return ExitCodes.Done;
    }
}
