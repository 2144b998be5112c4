using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Sluice.Unit.Grains;

/// <summary>Everything that was logged at any level: texts, every value in them, and exceptions.</summary>
internal sealed class LogCapture : ILoggerFactory, ILogger
{
    private readonly List<string> _all = [];

    public string All => string.Join('\n', _all);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        _all.Add($"{logLevel} {formatter(state, exception)} {exception}");
        foreach (var (name, value) in state as IEnumerable<KeyValuePair<string, object?>> ?? [])
        {
            _all.Add(value is byte[] bytes
                ? $"{name}={Convert.ToHexString(bytes)}"
                : string.Create(CultureInfo.InvariantCulture, $"{name}={value}"));
        }
    }

    public void Dispose()
    {
    }
}
