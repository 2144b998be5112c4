using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Sluice.Daemon.Running;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Daemon;

public sealed class StopSignalsTests : IDisposable
{
    private readonly List<int> _exits = [];
    private readonly StopSignals _signals;

    public StopSignalsTests() => _signals = new StopSignals(_exits.Add);

    public void Dispose() => _signals.Dispose();

    [Fact]
    public async Task The_first_signal_asks_to_stop_and_ends_nothing()
    {
        var asked = new TaskCompletionSource();
        using var registration = _signals.Stop.Register(asked.SetResult);

        _signals.Receive(PosixSignal.SIGTERM);
        await asked.Task.Within();

        Assert.Empty(_exits);
    }

    /// <summary>Guards impatient operators: whatever the stop is waiting for, the second signal is heard.</summary>
    [Theory]
    [InlineData(PosixSignal.SIGTERM, 143)]
    [InlineData(PosixSignal.SIGINT, 130)]
    public async Task The_second_signal_ends_at_once_even_when_the_stop_hangs(PosixSignal second, int code)
    {
        using var hanging = new ManualResetEventSlim();
        // What is below must not run inside the stop: it would end the test under the callback that still needs it.
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var abandoned = TestContext.Current.CancellationToken;
        using var registration = _signals.Stop.Register(() =>
        {
            began.SetResult();
            hanging.Wait(abandoned);
        });
        using var logging = new CountingLogging();
        _signals.TellTo(logging);

        _signals.Receive(PosixSignal.SIGINT);
        await began.Task.Within();
        _signals.Receive(second);

        Assert.Equal([code], _exits);
        Assert.Equal($"A second signal, {second}: ending at once; what still runs is cut off.", logging.Said);
        Assert.True(logging.Emptied);
        hanging.Set();
    }

    private sealed class CountingLogging : ILoggerFactory, ILogger
    {
        public string? Said { get; private set; }

        public bool Emptied { get; private set; }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose() => Emptied = Said is not null;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Said = formatter(state, exception);
    }
}
