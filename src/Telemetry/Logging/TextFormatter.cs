using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Sluice.Telemetry.Logging;

/// <summary>
/// A record on a line: <c>2026-01-01T00:00:00.000Z warn Sluice.Edge.Admission[1002] Message.</c> An exception follows,
/// each of its lines indented, so that nothing a client sent can pass for a record.
/// </summary>
internal sealed class TextFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "sluice-text";

    private static readonly string[] LineEnds = ["\r\n", "\n", "\r"];

    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var level = LogText.Level(logEntry.LogLevel);
        var head = $"{LogText.Time(time)} {level} {logEntry.Category}[{logEntry.EventId.Id}] ";

        textWriter.Write(head + OnOneLine(SecretMask.Apply(message)) + "\n");
        if (logEntry.Exception is { } exception)
        {
            foreach (var line in SecretMask.Apply(exception.ToString()).Split(LineEnds, StringSplitOptions.None))
            {
                textWriter.Write("    " + OnOneLine(line) + "\n");
            }
        }
    }

    /// <summary>Control characters as escapes: they could end a line or drive the terminal.</summary>
    private static string OnOneLine(string text)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }

        var line = new StringBuilder(text.Length + 8);
        foreach (var character in text)
        {
            _ = character switch
            {
                '\n' => line.Append(@"\n"),
                '\r' => line.Append(@"\r"),
                '\t' => line.Append(@"\t"),
                _ when char.IsControl(character) => line.Append(@"\u").Append(Hex(character)),
                _ => line.Append(character),
            };
        }

        return line.ToString();
    }

    private static string Hex(char character) => ((int)character).ToString("x4", CultureInfo.InvariantCulture);
}
