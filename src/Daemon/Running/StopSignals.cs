using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Sluice.Daemon.Running;

/// <summary>
/// SIGTERM and SIGINT: the first asks the process to stop in good order, the second ends it at once. Nothing else of
/// the platform's listens to them.
/// </summary>
public sealed partial class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Action<int> _exit;
    private ILoggerFactory? _logging;
    private int _received;

    /// <param name="exit">Ends the process at once with this exit code.</param>
    public StopSignals(Action<int> exit) => _exit = exit;

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Takes the signals of this process from now on.</summary>
    public StopSignals Listen()
    {
        foreach (var signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT })
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true; // What happens now is decided here.
                Receive(context.Signal);
            }));
        }

        return this;
    }

    /// <summary>Where a second signal is told, and what is emptied before the process ends.</summary>
    public void TellTo(ILoggerFactory logging) => _logging = logging;

    /// <summary>What a signal does.</summary>
    internal void Receive(PosixSignal signal)
    {
        if (Interlocked.Increment(ref _received) == 1)
        {
            // On another thread: whoever waits for the token goes on in here, and a second signal must not wait for it.
            ThreadPool.UnsafeQueueUserWorkItem(static stop => stop.Cancel(), _stop, preferLocal: false);
            return;
        }

        if (_logging is not null)
        {
            LogSecond(_logging.CreateLogger<StopSignals>(), signal);
            _logging.Dispose(); // Writes what is queued.
        }

        _exit(ExitCodes.Signalled + (signal is PosixSignal.SIGINT ? 2 : 15));
    }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
    }

    [LoggerMessage(8001, LogLevel.Warning, "A second signal, {Signal}: ending at once; what still runs is cut off.")]
    private static partial void LogSecond(ILogger logger, PosixSignal signal);
}
