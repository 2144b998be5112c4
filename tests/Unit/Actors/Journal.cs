using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Sluice.Unit.Actors;

/// <summary>What grains did, in order, and gates at which a test can hold them.</summary>
internal sealed class Journal
{
    private readonly ConcurrentQueue<string> _entries = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();

    internal string[] Entries => [.. _entries];

    internal void Note(string entry) => _entries.Enqueue(entry);

    /// <summary>From now on whoever comes to that gate waits there.</summary>
    internal void Close(params string[] gates)
    {
        foreach (var gate in gates)
        {
            _gates[gate] = new TaskCompletionSource();
        }
    }

    internal void Open(string gate) => _gates[gate].SetResult();

    internal Task Pass(string gate) => _gates.TryGetValue(gate, out var closed) ? closed.Task : Task.CompletedTask;
}

/// <summary>Keeps what was logged.</summary>
internal sealed class RecordingLog : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _entries = new();

    internal string[] Errors =>
        [.. _entries.Where(entry => entry.Level >= LogLevel.Warning).Select(entry => entry.Text)];

    internal string[] All => [.. _entries.Select(entry => entry.Text)];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) => _entries.Enqueue((logLevel, formatter(state, exception)));
}
