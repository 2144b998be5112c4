using System.CommandLine;
using Sluice.Bench.Report;

namespace Sluice.Bench.Edge;

/// <summary>The command line of the edge's benchmark.</summary>
internal static class EdgeCommand
{
    private const string Chat = "chat";
    private const string Streamed = "stream";

    private static readonly Option<int> Rounds =
        NumberOption.Create("--rounds", "Counted rounds; one more comes first.", 5, 1);
    private static readonly Option<double> Seconds =
        NumberOption.Create("--seconds", "How long each target is loaded in a round.", 4.0, 0.1);
    private static readonly Option<int> Connections =
        NumberOption.Create("--connections", "Clients, one request at a time each.", 32, 1);
    private static readonly Option<string> Body =
        new("--body") { Description = "Answer in one document, or as a stream.", DefaultValueFactory = _ => Chat };
    private static readonly Option<string[]> Targets = new("--target")
    {
        Description = "Only this proxy beside bare YARP; may be repeated.",
        DefaultValueFactory = _ => [],
    };
    private static readonly Option<FileInfo?> Json =
        new("--json") { Description = "File for every figure of every round." };

    public static Command Create()
    {
        Body.AcceptOnlyFromAmong(Chat, Streamed);
        Targets.AcceptOnlyFromAmong(
            EdgeServers.SluiceName, EdgeServers.RemoteName, EdgeServers.ChunksName, EdgeServers.NginxName);
        var command = new Command(
            "edge", "Whole requests: the pool directly, bare YARP, Sluice, and nginx if installed, in turns.")
        {
            Rounds, Seconds, Connections, Body, Targets, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var settings = new EdgeSettings(
            parsed.GetValue(Rounds),
            TimeSpan.FromSeconds(parsed.GetValue(Seconds)),
            parsed.GetValue(Connections),
            parsed.GetValue(Body) == Streamed);
        var run = RunFacts.Now(parsed, TimeProvider.System);
        await using var servers = await EdgeServers.StartAsync(
            settings.Stream, parsed.GetValue(Targets)!, cancellationToken);
        var sections = new EdgeBench(servers, settings, TimeProvider.System).Run(cancellationToken);
        Console.WriteLine(run.ToText());
        foreach (var section in sections)
        {
            EdgeTable.Write(Console.Out, section);
        }

        if (parsed.GetValue(Json) is { } file)
        {
            await EdgeJson.WriteAsync(file, run, settings, sections);
        }

        return sections.Any(section => section.Samples.Any(sample => sample.Failures > 0))
            ? ExitCodes.Failed
            : ExitCodes.Done;
    }
}
