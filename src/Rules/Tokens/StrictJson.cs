using System.Text.Json;
using System.Text.Unicode;

namespace Sluice.Rules.Tokens;

/// <summary>JSON as tokens need it: what two readers could read differently is refused.</summary>
internal static class StrictJson
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>
    /// An object; null for anything else, for a member that stands twice however it is escaped, and for bytes that are
    /// not UTF-8. The caller disposes of it.
    /// </summary>
    public static JsonDocument? TryParseObject(ReadOnlyMemory<byte> json)
    {
        if (!Utf8.IsValid(json.Span))
        {
            return null;
        }

        try
        {
            var document = JsonDocument.Parse(json, Options);
            if (document.RootElement.ValueKind is JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null; // The second is half of a surrogate pair in the name of a member.
        }
    }

    /// <summary>
    /// A member that is text; null when there is none, or it is not text, or it is not what two readers read alike.
    /// </summary>
    public static string? TextOf(this JsonElement element, string member) =>
        element.TryGetProperty(member, out var value) ? TextOf(value) : null;

    /// <inheritdoc cref="TextOf(JsonElement, string)"/>
    public static string? TextOf(this JsonElement value)
    {
        if (value.ValueKind is not JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // Half of a surrogate pair.
        }
    }

    /// <summary>A member that is a whole number, 0 or more; null when there is none such.</summary>
    public static long? CountOf(this JsonElement element, string member) =>
        element.TryGetProperty(member, out var value)
        && value.ValueKind is JsonValueKind.Number
        && value.TryGetInt64(out var count)
        && count >= 0
            ? count
            : null;

    /// <summary>
    /// A member that is a whole number of seconds since 1970 before the year 10000; null when there is none such.
    /// </summary>
    public static long? SecondsOf(this JsonElement element, string member) =>
        element.TryGetProperty(member, out var value)
        && value.ValueKind is JsonValueKind.Number
        && value.TryGetInt64(out var seconds)
        && seconds is >= 0 and < 253_402_300_800
            ? seconds
            : null;

    /// <summary>A list of texts; null when it is not one.</summary>
    public static string[]? TextsOf(this JsonElement value)
    {
        if (value.ValueKind is not JsonValueKind.Array)
        {
            return null;
        }

        var texts = new List<string>();
        foreach (var item in value.EnumerateArray())
        {
            if (item.TextOf() is not { } text)
            {
                return null;
            }

            texts.Add(text);
        }

        return [.. texts];
    }
}
