using System.Net.Sockets;

namespace Sluice.Bench.Load;

/// <summary>
/// One client that sends its next request when it has its answer. It blocks a thread of its own: that is two system
/// calls a request and nothing else, where asynchronous sockets would add a poll and a thread pool to what is measured.
/// </summary>
internal sealed class LoadConnection(LoadTarget target, TimeProvider time) : IDisposable
{
    private const int FailuresMax = 10;
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(10);

    private readonly LatencyHistogram _latencies = new();
    private Socket? _socket;
    private AnswerReader? _reader;

    public LatencyHistogram Latencies => _latencies;

    public long Requests => _latencies.Count;

    public long Failures { get; private set; }

    public string? FirstFailure { get; private set; }

    /// <summary>Connects and makes one request that is not measured.</summary>
    public void Prepare() => Try();

    /// <summary>Sends and reads until then.</summary>
    /// <param name="started">Timestamp of the beginning.</param>
    /// <param name="length">How long after it.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public void Run(long started, TimeSpan length, CancellationToken cancellationToken)
    {
        var before = time.GetTimestamp();
        while (time.GetElapsedTime(started, before) < length && Failures < FailuresMax
            && !cancellationToken.IsCancellationRequested)
        {
            var answered = Try();
            var now = time.GetTimestamp();
            if (answered)
            {
                _latencies.Record(time.GetElapsedTime(before, now));
            }

            before = now;
        }
    }

    public void Dispose() => _socket?.Dispose();

    private bool Try()
    {
        string? failure;
        try
        {
            if (_socket is null)
            {
                Connect();
            }

            _socket!.Send(target.Request);
            failure = _reader!.Read(target.Stream);
        }
        catch (Exception exception) when (exception is SocketException or InvalidDataException)
        {
            failure = exception.Message;
            _socket?.Dispose();
            _socket = null;
        }

        if (failure is null)
        {
            return true;
        }

        Failures++;
        FirstFailure ??= failure;
        return false;
    }

    private void Connect()
    {
        _socket = new Socket(target.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)SilenceMax.TotalMilliseconds,
        };
        _socket.Connect(target.EndPoint);
        _reader = new AnswerReader(_socket);
    }
}
