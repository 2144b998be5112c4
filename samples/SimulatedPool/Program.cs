using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.SimulatedPool;

try
{
    // Mistakes in the settings are reported below, as a sentence and not as a stack.
    var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
    return await PoolCommand.Create(RunAsync).Parse(args).InvokeAsync(invocation);
}
catch (Exception failure) when (failure is ArgumentException or FormatException or IOException)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}

static async Task<int> RunAsync(SimulatedPoolOptions options, CancellationToken cancellationToken)
{
    await using var pool = await SimulatedPoolServer.StartAsync(
        options, TimeProvider.System, NullLoggerFactory.Instance, cancellationToken);
    var models = string.Join(", ", options.Models);
    Console.WriteLine($"Simulated pool at {pool.Address}v1, models {models}. Ctrl+C stops it.");

    var stopped = new TaskCompletionSource();
    await using var registration = cancellationToken.Register(stopped.SetResult);
    await stopped.Task;
    return 0;
}
