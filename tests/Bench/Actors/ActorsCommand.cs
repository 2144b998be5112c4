using System.CommandLine;
using Sluice.Bench.Report;

namespace Sluice.Bench.Actors;

/// <summary>The command line of the engine's benchmark.</summary>
internal static class ActorsCommand
{
    private static readonly Option<int> Rounds =
        NumberOption.Create("--rounds", "Counted rounds; one more comes first.", 5, 1);
    private static readonly Option<double> Seconds =
        NumberOption.Create("--seconds", "How long a measurement takes.", 2.0, 0.1);
    private static readonly Option<int> Callers = NumberOption.Create("--callers", "Callers at once.", 64, 1);
    private static readonly Option<int> Seed =
        NumberOption.Create("--seed", "Chooses which grain is called when.", 1, 0);

    public static Command Create()
    {
        var command = new Command("actors", "Grain calls within a process and across: one hot grain, and ten thousand.")
        {
            Rounds, Seconds, Callers, Seed,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var run = RunFacts.Now(parsed, TimeProvider.System);
        var length = TimeSpan.FromSeconds(parsed.GetValue(Seconds));
        var samples = new List<ActorsSample>();
        await using var within = await ActorsBench.StartAsync(TimeProvider.System, parsed.GetValue(Seed));
        await using var across = await ActorsBench.StartAcrossAsync(
            TimeProvider.System, parsed.GetValue(Seed), cancellationToken);
        for (var round = 0; round <= parsed.GetValue(Rounds); round++)
        {
            foreach (var bench in new[] { within, across })
            {
                var taken = await bench.RunAsync(parsed.GetValue(Callers), length, cancellationToken);
                samples.AddRange(round == 0 ? [] : taken); // The first round is not counted.
            }
        }

        Console.WriteLine(run.ToText());
        ActorsTable.Write(Console.Out, samples);
        return ExitCodes.Done;
    }
}
