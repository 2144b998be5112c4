using Microsoft.Extensions.Logging;
using Sluice.Simulation.Judging;
using Sluice.Simulation.Kernel;

namespace Sluice.Simulation.Processes;

/// <summary>
/// What the processes log. Whoever reads the trace reads it; the judge learns from it which activation goes on with
/// what another left, when a count was changed to what the usage log shows, and how many shares were lent, so that a
/// run in which none was shows; nothing else.
/// </summary>
internal sealed class ProcessLog(SimulatedProcess process, Judge judge) : ILoggerFactory
{
    private const int GoesOn = 1005;
    private const int Lent = 1206;
    private const int Reconciled = 1032;

    public ILogger CreateLogger(string categoryName) => new Logger(
        process, judge,
        isOwner: categoryName.EndsWith("ClientGrain", StringComparison.Ordinal)
            || categoryName.EndsWith("TenantGrain", StringComparison.Ordinal));

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private sealed class Logger(SimulatedProcess process, Judge judge, bool isOwner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) =>
            isOwner || (process.World.Trace.IsRead && logLevel >= LogLevel.Information);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (process.World.Trace.IsRead)
            {
                process.World.Trace.Aside(process.Name, $"{formatter(state, exception)} {exception?.Message}");
            }

            judge.Lent += eventId.Id == Lent ? 1 : 0;
            if (eventId.Id is GoesOn or Reconciled && state is IReadOnlyList<KeyValuePair<string, object?>> values)
            {
                var named = values.ToDictionary(value => value.Key, value => value.Value);
                var clientId = (string)named["ClientId"]!;
                if (eventId.Id == GoesOn)
                {
                    judge.GoesOn(clientId, (long)named["Epoch"]!, (long)named["LastEpoch"]!);
                }
                else
                {
                    judge.Corrected(clientId);
                }
            }
        }
    }
}
