using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Sluice.SimulatedPool.Records;

/// <summary>
/// The pool's own log: a line when a call arrives and a line when it is over, each written before anybody can see what
/// it tells of. Whoever reads the file at any moment knows what has run and what runs. Times are nanoseconds of the
/// machine's monotonic clock, so they can be compared with those of other processes of the same machine.
/// </summary>
internal sealed class CallLog : IDisposable
{
    /// <summary>Request header by which a caller finds its call again, even one that was never answered.</summary>
    public const string MarkHeader = "x-call-mark";

    private const string RequestIdHeader = "x-request-id";
    private const int TextLengthMax = 200;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly Lock _gate = new();
    private readonly FileStream _file;
    private readonly TimeProvider _time;
    private long _lastCall;
    private bool _isClosed;

    /// <param name="path">Appended to; made when it is not there.</param>
    /// <param name="time">The clock of the times.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public CallLog(string path, TimeProvider time)
    {
        _time = time;
        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>Writes that a call is here.</summary>
    /// <returns>Its number, to tell its end by.</returns>
    public long Arrived(HttpRequest request)
    {
        var call = Interlocked.Increment(ref _lastCall);
        Write(line =>
        {
            line.WriteNumber("call", call);
            line.WriteNumber("arrived", Now());
            line.WriteString("path", Short(request.Path.Value));
            line.WriteString("id", Short(request.Headers[RequestIdHeader]));
            line.WriteString("mark", Short(request.Headers[MarkHeader]));
        });
        return call;
    }

    /// <summary>Writes that a call is over.</summary>
    /// <param name="call">Its number.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="promptTokens">Tokens read; 0 when the pool did not begin with it.</param>
    /// <param name="outputTokens">Tokens produced, whether or not anybody fetched them.</param>
    public void Ended(long call, CallOutcome outcome, int promptTokens, int outputTokens) => Write(line =>
    {
        line.WriteNumber("call", call);
        line.WriteNumber("ended", Now());
        line.WriteString("outcome", outcome.ToString().ToLowerInvariant());
        line.WriteNumber("prompt", promptTokens);
        line.WriteNumber("output", outputTokens);
    });

    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _file.Dispose();
        }
    }

    /// <summary>Lines stand in the order of their times.</summary>
    private void Write(Action<Utf8JsonWriter> members)
    {
        var text = new ArrayBufferWriter<byte>();
        lock (_gate)
        {
            if (_isClosed)
            {
                return; // The pool has stopped; its last calls are cut off by that.
            }

            using (var line = new Utf8JsonWriter(text))
            {
                line.WriteStartObject();
                members(line);
                line.WriteEndObject();
            }

            text.Write("\n"u8);
            _file.Write(text.WrittenSpan); // One write, no buffer: a line is there as a whole, or not at all.
        }
    }

    private long Now() =>
        (long)(_time.GetTimestamp() * ((Int128)NanosecondsPerSecond) / _time.TimestampFrequency);

    private static string Short(string? text) =>
        text is null ? "" : text.Length <= TextLengthMax ? text : text[..TextLengthMax];
}
