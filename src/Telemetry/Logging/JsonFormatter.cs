using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Sluice.Telemetry.Logging;

/// <summary>
/// An object a line, for log shippers: <c>timestamp</c>, <c>level</c>, <c>category</c>, <c>event</c>, <c>message</c>,
/// then <c>fields</c> (what the message was made of), <c>trace_id</c>, <c>span_id</c> and <c>exception</c> where there
/// are any.
/// </summary>
internal sealed class JsonFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "sluice-json";

    private const string TemplateField = "{OriginalFormat}";

    private static readonly JsonWriterOptions Options = new()
    {
        // Escapes what JSON must and no more: the lines are read by log shippers and people, never put into HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", LogText.Time(time));
            json.WriteString("level", LogText.Level(logEntry.LogLevel));
            json.WriteString("category", logEntry.Category);
            WriteEvent(json, logEntry.EventId);
            WriteMasked(json, "message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            WriteFields(json, logEntry.State as IReadOnlyList<KeyValuePair<string, object?>>);
            WriteTrace(json, Activity.Current);
            if (logEntry.Exception is { } exception)
            {
                WriteMasked(json, "exception", exception.ToString());
            }

            json.WriteEndObject();
        }

        textWriter.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
        textWriter.Write('\n');
    }

    private static void WriteEvent(Utf8JsonWriter json, EventId id)
    {
        json.WriteNumber("event", id.Id);
        if (id.Name is { } name)
        {
            json.WriteString("event_name", name);
        }
    }

    private static void WriteFields(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>>? fields)
    {
        // A message without parts has the template as its only field.
        if (fields is null || !fields.Any(field => field.Key is not TemplateField))
        {
            return;
        }

        json.WriteStartObject("fields");
        foreach (var (name, value) in fields)
        {
            if (name is not TemplateField)
            {
                WriteField(json, name, value);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteField(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(name);
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case int or long or short or byte:
                json.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(name, number);
                break;
            default:
                WriteMasked(json, name, Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
                break;
        }
    }

    private static void WriteTrace(Utf8JsonWriter json, Activity? activity)
    {
        if (activity is not null)
        {
            json.WriteString("trace_id", activity.TraceId.ToHexString());
            json.WriteString("span_id", activity.SpanId.ToHexString());
        }
    }

    /// <summary>Masked before it is escaped: an escape inside a token would hide its end from the mask.</summary>
    private static void WriteMasked(Utf8JsonWriter json, string name, string text) =>
        json.WriteString(name, SecretMask.Apply(text));
}
