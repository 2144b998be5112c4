using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Sluice.Cli.Admin;

/// <summary>
/// Shows an answer: a list as a table for people, and everything else, or everything for a script, as JSON.
/// </summary>
internal static class AnswerPrinter
{
    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>As JSON, for people as for scripts.</summary>
    public static void PrintJson(JsonNode answer, TextWriter to) => to.WriteLine(answer.ToJsonString(Readable));

    /// <summary>The items' members as a table; a member that an item has not is empty.</summary>
    public static void PrintTable(JsonArray items, IReadOnlyList<string> columns, IAnsiConsole to)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(column.Split('.')[^1])));
        }

        foreach (var item in items)
        {
            table.AddRow([.. columns.Select(column => Markup.Escape(TextOf(MemberOf(item, column))))]);
        }

        to.Write(table);
        to.WriteLine($"{items.Count} in all.");
    }

    /// <summary>A member, or a member of a member behind a point.</summary>
    private static JsonNode? MemberOf(JsonNode? item, string path) =>
        path.Split('.').Aggregate(item, (node, name) => node?[name]);

    private static string TextOf(JsonNode? value) => value switch
    {
        null => "",
        JsonValue plain when plain.TryGetValue<DateTimeOffset>(out var at) =>
            at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        JsonValue plain when plain.TryGetValue<string>(out var text) => text,
        JsonValue plain when plain.TryGetValue<double>(out var number) =>
            number.ToString("0.##", CultureInfo.InvariantCulture),
        _ => value.ToJsonString(),
    };
}
