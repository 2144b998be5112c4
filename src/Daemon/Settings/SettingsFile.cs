using System.Text.Json;

namespace Sluice.Daemon.Settings;

/// <summary>
/// A settings file: JSON whose objects are the sections, as in <c>{"Edge":{"Port":8080}}</c>. Comments and trailing
/// commas are allowed; a name that stands twice is not.
/// </summary>
internal static class SettingsFile
{
    private static readonly JsonDocumentOptions Json = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    /// <summary>Settings by key; empty, with a mistake, when the file cannot be used.</summary>
    public static IReadOnlyDictionary<string, string> Read(string path, List<string> mistakes)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path), Json);
            if (document.RootElement.ValueKind is JsonValueKind.Object)
            {
                Add(document.RootElement, "", path, values, mistakes);
            }
            else
            {
                mistakes.Add($"{path}: is not a JSON object of sections, such as {{\"Edge\":{{\"Port\":8080}}}}.");
            }
        }
        catch (JsonException exception)
        {
            // The message of a literal that is none repeats it, and it may be a secret without its quotes.
            mistakes.Add(exception.Message.StartsWith("Duplicate property", StringComparison.Ordinal)
                ? $"{path}: {exception.Message.Split(" encountered")[0]}: write it once."
                : $"{path} line {exception.LineNumber + 1}: is not JSON; is a comma, a quote or a brace missing?");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            mistakes.Add($"{path}: cannot be read: {exception.Message}");
        }

        return values;
    }

    private static void Add(
        JsonElement element, string place, string path, Dictionary<string, string> values, List<string> mistakes)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    var name = place.Length == 0 ? member.Name : $"{place}:{member.Name}";
                    Add(member.Value, name, path, values, mistakes);
                }

                break;
            case JsonValueKind.Array:
                for (var i = 0; i < element.GetArrayLength(); i++)
                {
                    Add(element[i], $"{place}:{i}", path, values, mistakes);
                }

                break;
            case JsonValueKind.Null:
                break; // As if it were not there.
            default:
                var text = element.ValueKind switch
                {
                    JsonValueKind.String => element.GetString()!,
                    JsonValueKind.True => "true",
                    JsonValueKind.False => "false",
                    _ => element.GetRawText(),
                };
                if (!values.TryAdd(place, text))
                {
                    mistakes.Add($"{path}: {place} stands there twice, in different letters.");
                }

                break;
        }
    }
}
