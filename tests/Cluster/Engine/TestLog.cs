using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Sluice.Cluster.Engine;

/// <summary>Shows what the engine logs beside the test that failed.</summary>
internal sealed class TestLog : ILoggerFactory, ILogger
{
    /// <summary>Every line so far.</summary>
    internal ConcurrentQueue<string> Lines { get; } = new();

    internal bool Has(string text) => Lines.Any(line => line.Contains(text, StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("There is one log here.");

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        var line = $"{logLevel} {formatter(state, exception)} {exception?.Message}";
        Lines.Enqueue(line);
        TestContext.Current.TestOutputHelper?.WriteLine($"{TimeProvider.System.GetUtcNow():mm:ss.fff} {line}");
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Dispose()
    {
    }
}
