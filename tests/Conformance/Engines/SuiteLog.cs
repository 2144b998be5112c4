using Microsoft.Extensions.Logging;

namespace Sluice.Conformance.Engines;

/// <summary>Shows the warnings of the engine when the suite runs with <c>-diagnostics</c>.</summary>
public sealed class SuiteLog : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            TestContext.Current.SendDiagnosticMessage($"{logLevel} {formatter(state, exception)} {exception?.Message}");
        }
    }

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Dispose()
    {
    }
}
