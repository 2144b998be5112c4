using System.CommandLine;
using Sluice.Simulation.Utilisation;

namespace Sluice.Bench.Simulate;

/// <summary>The command line of the table that says how much of a token limit its client can use.</summary>
internal static class UtilisationCommand
{
    private static readonly Option<int> Seed = NumberOption.Create("--seed", "Chooses which answers are long.", 1, 0);

    public static Command Create()
    {
        var command = new Command(
            "utilisation", "How much of a token limit is used, by latency, reservation and settlement; docs/limits.md.")
        {
            Seed,
        };
        command.SetAction(parsed => Console.Write(UtilisationTable.Write(parsed.GetValue(Seed))));
        return command;
    }
}
