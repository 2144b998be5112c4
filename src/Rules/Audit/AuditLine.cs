using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sluice.Rules.Audit;

/// <summary>
/// A record of the audit trail as one line of JSON, as it is exported. Texts stand there exactly as they were hashed;
/// the detail is JSON within a text for that reason.
/// </summary>
public static class AuditLine
{
    /// <summary>UTC, to the microsecond.</summary>
    internal const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    private static readonly string[] Members =
        ["sequence", "id", "at", "actor", "action", "subject", "before", "after", "detail", "hash"];

    private static readonly JsonWriterOptions Readable =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The record as a line, without its end.</summary>
    public static string Write(AuditRecord record)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Readable))
        {
            var (entry, note) = (record.Entry, record.Entry.Note);
            json.WriteStartObject();
            json.WriteNumber("sequence", record.Sequence);
            json.WriteString("id", entry.Id);
            json.WriteString("at", TimeOf(entry.At));
            json.WriteString("actor", entry.Actor);
            json.WriteString("action", note.Action);
            json.WriteString("subject", note.Subject);
            json.WriteString("before", note.Before);
            json.WriteString("after", note.After);
            json.WriteString("detail", note.Detail);
            json.WriteString("hash", record.Hash);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <param name="at">Microseconds since 1970, UTC.</param>
    internal static string TimeOf(long at) =>
        DateTime.UnixEpoch.AddMicroseconds(at).ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>The record of a line; null when it is none: every member once, and no other.</summary>
    public static AuditRecord? Read(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var names = json.RootElement.EnumerateObject().Select(member => member.Name);
            if (!names.SequenceEqual(Members))
            {
                return null;
            }

            string Text(string name) => json.RootElement.GetProperty(name).GetString() ?? throw new FormatException();
            var at = DateTime.ParseExact(
                Text("at"), TimeFormat, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
            return new AuditRecord(
                json.RootElement.GetProperty("sequence").GetInt64(),
                new AuditEntry(
                    Text("id"),
                    (at - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond,
                    Text("actor"),
                    new AuditNote(Text("action"), Text("subject"), Text("before"), Text("after"), Text("detail"))),
                Text("hash"));
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            return null; // Whatever it is, it is not what was written.
        }
    }
}
