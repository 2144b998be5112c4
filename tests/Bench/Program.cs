using System.CommandLine;
using Sluice.Bench;
using Sluice.Bench.Actors;
using Sluice.Bench.Edge;
using Sluice.Bench.Rules;
using Sluice.Bench.Scale;
using Sluice.Bench.Simulate;

// A subcommand is a benchmark; each has a folder and a command of its own.
var root = new RootCommand("Measures what Sluice costs; docs/benchmarks.md says how to read the figures.")
{
    EdgeCommand.Create(),
    ActorsCommand.Create(),
    RulesCommand.Create(),
    ScaleCommand.Create(),
    SimulateCommand.Create(),
    UtilisationCommand.Create(),
    BareProxy.CreateCommand(),
    ActorsSilo.CreateCommand(),
};
var parsed = root.Parse(args);
if (parsed.Errors is [var mistake, ..])
{
    var sentence = parsed.UnmatchedTokens is [var unknown, ..]
        ? $"'{unknown}' is not known here"
        : mistake.Message.ReplaceLineEndings(" ").TrimEnd('.');
    await Console.Error.WriteLineAsync($"{sentence}; ./bench --help tells the commands and options.");
    return ExitCodes.Misused;
}

try
{
    return await parsed.InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = TimeSpan.FromSeconds(30), // Time to stop every process that was started.
    });
}
catch (BenchException exception)
{
    await Console.Error.WriteLineAsync($"./bench: {exception.Message}");
    return ExitCodes.Failed;
}
catch (OperationCanceledException)
{
    return ExitCodes.Failed;
}
