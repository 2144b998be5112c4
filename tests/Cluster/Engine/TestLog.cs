using Microsoft.Extensions.Logging;

namespace Sluice.Cluster.Engine;

/// <summary>Shows what the engine logs beside the test that failed.</summary>
internal sealed class TestLog : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("There is one log here.");

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{TimeProvider.System.GetUtcNow():mm:ss.fff} {logLevel} {formatter(state, exception)} {exception?.Message}");

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Dispose()
    {
    }
}
