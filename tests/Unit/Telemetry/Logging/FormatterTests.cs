using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Sluice.Telemetry.Logging;
using Xunit;

namespace Sluice.Unit.Telemetry.Logging;

public sealed partial class FormatterTests
{
    private const string Key = "slk_live_0123456789AB_0019ZyXwVuTsRqPoNmLkJiHgFeDcBa0123456789AbCdEfGhIjKl";

    private readonly TextFormatter _text = new(new FixedTime());
    private readonly JsonFormatter _json = new(new FixedTime());

    [Fact]
    public void A_record_is_one_line_of_text_in_utc() =>
        Assert.Equal(
            "2026-01-02T03:04:05.678Z warn Sluice.Edge[1002] Client c1 refused.\n",
            Write(_text, logger => LogRefused(logger, "c1")));

    /// <summary>Guards the log against forgery: a client's line break must not begin a record of its own.</summary>
    [Fact]
    public void A_line_break_in_a_message_is_shown_and_not_obeyed() =>
        Assert.Equal(
            @"2026-01-02T03:04:05.678Z info Sluice.Edge[2] Path /a\r\n2026 critical Fake[0]\u001b[2J." + "\n",
            Write(_text, logger => LogPath(logger, "/a\r\n2026 critical Fake[0]\u001b[2J")));

    [Fact]
    public void An_exception_stands_below_its_record_indented_and_masked() =>
        Assert.Equal(
            "2026-01-02T03:04:05.678Z error Sluice.Edge[3] Failed.\n"
            + "    System.InvalidOperationException: For slk_live_0123456789AB_…\n"
            + "    next line\n",
            Write(_text, logger => LogFailed(logger, new InvalidOperationException($"For {Key}\r\nnext line"))));

    [Fact]
    public void A_record_is_one_object_of_json_with_its_fields() =>
        Assert.Equal(
            OnOneLine("""
                {"timestamp":"2026-01-02T03:04:05.678Z","level":"info","category":"Sluice.Edge","event":4,
                "event_name":"Done","message":"Call of c\"1 took 12 ms: True.",
                "fields":{"ClientId":"c\"1","Milliseconds":12,"Ok":true}}
                """),
            Write(_json, logger => LogDone(logger, "c\"1", 12, true)));

    [Fact]
    public void Json_names_the_trace_it_belongs_to()
    {
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();

        Assert.Equal(
            OnOneLine($$"""
                {"timestamp":"2026-01-02T03:04:05.678Z","level":"debug","category":"Sluice.Edge","event":5,
                "event_name":"LogPlain","message":"Plain.",
                "trace_id":"{{activity.TraceId}}","span_id":"{{activity.SpanId}}"}
                """),
            Write(_json, LogPlain));
    }

    [Fact]
    public void No_part_of_a_record_holds_a_secret()
    {
        var failure = new InvalidOperationException($"Sent Bearer a+b/c== to {Key}.");

        foreach (ConsoleFormatter formatter in new ConsoleFormatter[] { _text, _json })
        {
            var line = Write(formatter, logger => LogSent(logger, "Bearer a+b/c==", Key, failure));

            Assert.DoesNotContain("a+b", line, StringComparison.Ordinal);
            Assert.DoesNotContain("0019Zy", line, StringComparison.Ordinal);
            Assert.Contains("Header Bearer …, slk_live_0123456789AB_….", line, StringComparison.Ordinal);
        }
    }

    [LoggerMessage(1002, LogLevel.Warning, "Client {ClientId} refused.")]
    private static partial void LogRefused(ILogger logger, string clientId);

    [LoggerMessage(2, LogLevel.Information, "Path {Path}.")]
    private static partial void LogPath(ILogger logger, string path);

    [LoggerMessage(3, LogLevel.Error, "Failed.")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(4, LogLevel.Information, "Call of {ClientId} took {Milliseconds} ms: {Ok}.", EventName = "Done")]
    private static partial void LogDone(ILogger logger, string clientId, int milliseconds, bool ok);

    [LoggerMessage(5, LogLevel.Debug, "Plain.")]
    private static partial void LogPlain(ILogger logger);

    [LoggerMessage(6, LogLevel.Error, "Header {Header}, {Key}.")]
    private static partial void LogSent(ILogger logger, string header, string key, Exception exception);

    private static string OnOneLine(string json) => json.Replace("\n", "") + "\n";

    private static string Write(ConsoleFormatter formatter, Action<ILogger> log)
    {
        var writer = new StringWriter();
        log(new FormatterLogger(formatter, writer));
        return writer.ToString();
    }

    private sealed class FormatterLogger(ConsoleFormatter formatter, StringWriter writer) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> format) =>
            formatter.Write(
                new LogEntry<TState>(logLevel, "Sluice.Edge", eventId, state, exception, format), null, writer);
    }
}
