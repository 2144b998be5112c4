using Sluice.Grains.Revocations;
using Sluice.Rules.Revocations;

namespace Sluice.Silo.Storage.Revocations;

/// <summary>
/// Follows the stored feed for as long as an edge asks this silo, and answers from memory: one reading serves them all.
/// </summary>
/// <remarks>
/// It looks again and again rather than being told by the database: what tells may be lost without anybody noticing,
/// and who must look anyway to be sure needs nothing else. Changes made by this silo it sees at once.
/// </remarks>
internal sealed partial class RevocationReader : IRevocationFeed, IAsyncDisposable
{
    /// <summary>How often it looks.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(150);

    /// <summary>How long a question waits; an edge that has no answer by then asks another silo.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromMilliseconds(300);

    private static readonly TimeSpan TrimPeriod = TimeSpan.FromMinutes(1);

    /// <summary>It stops when nobody has asked for so long.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    private readonly RevocationTable _table;
    private readonly RevocationWriter _writer;
    private readonly RevocationMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _started;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private Task _reading = Task.CompletedTask;
    private TaskCompletionSource _read = NewSignal();
    private TaskCompletionSource _appended = NewSignal();
    private volatile FeedLog _log = FeedLog.Beginning;
    private TimeSpan _asked;
    private TimeSpan _trimmed = TimeSpan.MinValue;
    private bool _isReading;
    private bool _isFailing;

    public RevocationReader(
        RevocationTable table, RevocationWriter writer, RevocationMetrics metrics, TimeProvider time,
        ILogger<RevocationReader> logger)
    {
        (_table, _writer, _metrics, _time, _logger) = (table, writer, metrics, time, logger);
        _started = time.GetTimestamp();
        writer.Appended += LookAtOnce;
    }

    private TimeSpan Now => _time.GetElapsedTime(_started);

    public async Task<FeedPage?> AnswerAsync(FeedQuestion question)
    {
        var arrived = Now;
        BeAwake(arrived);
        while (true)
        {
            var read = Volatile.Read(ref _read).Task; // Before the log: what comes between is not slept through.
            var log = _log;
            if (log.CanAnswer(question, arrived))
            {
                return log.Answer(question, arrived, Now, RevocationTable.EntriesMost);
            }

            var left = AnswerWithin - (Now - arrived);
            if (left <= TimeSpan.Zero || _stopping.IsCancellationRequested)
            {
                return null;
            }

            await read.WaitAsync(left, _time).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _writer.Appended -= LookAtOnce;
        await _stopping.CancelAsync();
        Task reading;
        lock (_lock)
        {
            reading = _reading;
        }

        await reading;
        _stopping.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void BeAwake(TimeSpan now)
    {
        lock (_lock)
        {
            _asked = now;
            if (!_isReading && !_stopping.IsCancellationRequested)
            {
                _isReading = true;
                _reading = Task.Run(ReadWhileAskedAsync); // In no grain's turn.
            }
        }
    }

    private void LookAtOnce() => Volatile.Read(ref _appended).TrySetResult();

    private async Task ReadWhileAskedAsync()
    {
        while (IsAsked())
        {
            var appended = NewSignal();
            Volatile.Write(ref _appended, appended); // Whoever appends from here on is seen by the next look.
            await TryReadAsync();
            Interlocked.Exchange(ref _read, NewSignal()).TrySetResult();
            if (_log.ReadAt is null && !_isFailing)
            {
                continue; // There is more.
            }

            await appended.Task.WaitAsync(Period, _time, _stopping.Token).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool IsAsked()
    {
        lock (_lock)
        {
            _isReading = Now - _asked < Idle && !_stopping.IsCancellationRequested;
            return _isReading;
        }
    }

    private async Task TryReadAsync()
    {
        var began = Now;
        try
        {
            if (began - TrimPeriod > _trimmed)
            {
                await _table.TrimAsync(_stopping.Token);
                _trimmed = began;
            }

            began = Now;
            _log = _log.Add(await _table.ReadAsync(_log.Through, _stopping.Token), began, Now);
            _metrics.Read(isAnswered: true);
            if (_isFailing)
            {
                _isFailing = false;
                LogReadsAgain();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // It ends.
        }
        catch (Exception exception)
        {
            _metrics.Read(isAnswered: false);
            if (!_isFailing)
            {
                _isFailing = true;
                LogDoesNotRead(exception);
            }
        }
    }

    [LoggerMessage(1501, LogLevel.Warning,
        "Revocations cannot be read: edges that follow them here spend no chunks, and soon serve nobody from memory.")]
    private partial void LogDoesNotRead(Exception exception);

    [LoggerMessage(1502, LogLevel.Information, "Revocations can be read again.")]
    private partial void LogReadsAgain();
}
