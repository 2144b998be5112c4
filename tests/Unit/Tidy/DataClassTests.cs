using System.Reflection;
using System.Text.RegularExpressions;
using Sluice.Grains.Clients;
using Sluice.Silo.Storage.Calls;
using Xunit;

namespace Sluice.Unit.Tidy;

/// <summary>
/// Guards docs/data-classes.md: whoever stores or logs something new has to say what it tells of whom, and nothing that
/// is confidential is logged.
/// </summary>
public sealed partial class DataClassTests
{
    private const string Document = "docs/data-classes.md";
    private static readonly string[] Classes = ["public", "internal", "confidential"];

    private static readonly Lazy<List<(string Chapter, string Place, string Field, string Class)>> Said = new(Read);

    [Fact]
    public void Every_column_of_the_database_has_a_class() => HaveClasses("## Columns", Columns());

    [Fact]
    public void Every_member_of_what_is_stored_as_JSON_has_a_class() => HaveClasses("## Members", Members());

    [Fact]
    public void Every_field_of_a_log_message_has_a_class() => HaveClasses("## Log fields", LogFields());

    [Fact]
    public void Nothing_confidential_is_logged() => Tidy.NoMistakes(
        from one in Said.Value
        where one.Chapter == "## Log fields" && one.Class == "confidential"
        select $"{Document}: {one.Field} is logged, and confidential.");

    [Fact]
    public void Every_class_is_one_of_three() => Tidy.NoMistakes(
        from one in Said.Value
        where !Classes.Contains(one.Class)
        select $"{Document}: '{one.Class}' of {one.Place}.{one.Field} is none of {string.Join(", ", Classes)}.");

    private static void HaveClasses(string chapter, IEnumerable<(string Place, string Field)> fields)
    {
        var there = fields.Distinct().ToList();
        var said = Said.Value.Where(one => one.Chapter == chapter).Select(one => (one.Place, one.Field)).ToList();
        Assert.NotEmpty(there);
        Tidy.NoMistakes(
        [
            .. there.Except(said).Select(one => $"{Document}, {chapter}: {one.Place}.{one.Field} has no class."),
            .. said.Except(there)
                .Select(one => $"{Document}, {chapter}: there is no {one.Place}.{one.Field} any more."),
            .. said.GroupBy(one => one).Where(group => group.Count() > 1)
                .Select(group => $"{Document}, {chapter}: {group.Key.Place}.{group.Key.Field} stands twice."),
        ]);
    }

    /// <summary>Rows as <c>| `place` | field, field | class |</c>, by the chapter that they stand in.</summary>
    private static List<(string Chapter, string Place, string Field, string Class)> Read()
    {
        var (chapter, rows) = ("", new List<(string, string, string, string)>());
        foreach (var line in SourceTree.Lines(Document))
        {
            chapter = line.StartsWith("## ", StringComparison.Ordinal) ? line : chapter;
            if (line.Split('|') is ["", var place, var fields, var kind, ""]
                && place.Trim() is ['`', .. var name, '`'])
            {
                rows.AddRange(fields.Split(',').Select(field => (chapter, name, field.Trim(), kind.Trim())));
            }
        }

        return rows;
    }

    private static IEnumerable<(string Table, string Column)> Columns()
    {
        foreach (var file in SourceTree.Files("src/Silo/Storage/Migrations"))
        {
            var text = string.Join('\n', SourceTree.Lines(file));
            foreach (Match table in Table().Matches(text))
            {
                foreach (Match column in Column().Matches(table.Groups[2].Value))
                {
                    yield return (table.Groups[1].Value, column.Groups[1].Value);
                }
            }

            foreach (Match added in AddedColumn().Matches(text))
            {
                yield return (added.Groups[1].Value, added.Groups[2].Value);
            }
        }
    }

    /// <summary>What grains store, and all that is in it; and the lines of the call log.</summary>
    private static IEnumerable<(string Type, string Member)> Members()
    {
        var stored = typeof(IClientLedger).Assembly.GetTypes()
            .Where(type => type.Name.StartsWith("Stored", StringComparison.Ordinal) && type.IsClass);
        var waiting = new Queue<Type>([.. stored, typeof(CallLine)]);
        var seen = new HashSet<Type>();
        while (waiting.TryDequeue(out var type))
        {
            if (!seen.Add(type))
            {
                continue;
            }

            var isLine = type == typeof(CallLine);
            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => isLine || property.GetCustomAttribute<IdAttribute>() is not null))
            {
                yield return (type.Name, property.Name);
                foreach (var part in PartsOf(property.PropertyType).Where(IsOurs))
                {
                    waiting.Enqueue(part);
                }
            }
        }
    }

    private static IEnumerable<Type> PartsOf(Type type) => type.IsArray
        ? PartsOf(type.GetElementType()!)
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(PartsOf) : [type];

    private static bool IsOurs(Type type) =>
        type.Namespace?.StartsWith("Sluice.", StringComparison.Ordinal) is true && !type.IsEnum;

    private static IEnumerable<(string Place, string Field)> LogFields() =>
        from file in SourceTree.Files("src")
        let text = string.Join('\n', SourceTree.Lines(file))
        from Match message in LogMessage().Matches(text)
        from Match field in Placeholder().Matches(message.Value)
        select ("log", field.Groups[1].Value);

    [GeneratedRegex(@"CREATE TABLE (?:IF NOT EXISTS )?(\w+) ?\((.*?)\n\s*\)", RegexOptions.Singleline)]
    private static partial Regex Table();

    [GeneratedRegex(
        @"^\s*([a-z_]+)\s+(?:bigint|text|integer|boolean|jsonb|timestamptz|INTEGER|TEXT)\b", RegexOptions.Multiline)]
    private static partial Regex Column();

    [GeneratedRegex(@"ALTER TABLE (\w+) ADD COLUMN (\w+)")]
    private static partial Regex AddedColumn();

    [GeneratedRegex(@"\[LoggerMessage\(.*?\)\]", RegexOptions.Singleline)]
    private static partial Regex LogMessage();

    [GeneratedRegex(@"\{(\w+)(?::[^}]*)?\}")]
    private static partial Regex Placeholder();
}
