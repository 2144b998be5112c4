using System.Reflection;
using System.Text.RegularExpressions;
using Sluice.Daemon.Settings;
using Sluice.Edge.Hosting;
using Sluice.Silo.Hosting;
using Sluice.Unit.Tidy;
using Xunit;

namespace Sluice.Unit.Daemon;

/// <summary>
/// Three places tell the settings of a process: the classes they are bound to, the help, and docs/configuration.md.
/// Here they are held together.
/// </summary>
public sealed partial class SettingDocumentTests
{
    private const string Document = "docs/configuration.md";

    private static readonly SettingCatalog[] Catalogs = [SiloSettings.Catalog, EdgeSettings.Catalog];

    public static TheoryData<string> Programs => [.. Catalogs.Select(catalog => catalog.Program)];

    [Theory]
    [MemberData(nameof(Programs))]
    public void Every_property_that_is_bound_is_a_setting_and_every_setting_is_bound(string program)
    {
        var catalog = Of(program);
        var bound = catalog.Bound.Distinct().SelectMany(pair => KeysOf(pair.Options, pair.Section)).ToList();
        var told = catalog.All
            .Select(setting => setting.Key)
            .Where(key => !key.StartsWith("Logging:", StringComparison.Ordinal));

        Assert.Equal(bound.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    /// <summary>Guards against a section that somebody binds and nobody tells of.</summary>
    [Theory]
    [InlineData("Sluice.Silo", "src/Silo")]
    [InlineData("Sluice.Edge", "src/Edge")]
    public void Every_section_that_the_code_binds_is_in_the_catalog(string program, string folder)
    {
        var told = Of(program).Bound.Select(pair => $"{pair.Options.Name} {pair.Section}").Distinct().ToList();

        Tidy.Tidy.NoMistakes(
            from file in new[] { folder, "src/Telemetry", "src/Daemon" }.SelectMany(one => SourceTree.Files(one))
            let text = string.Join('\n', SourceTree.Lines(file))
            from Match match in Binding().Matches(text)
            let bound = $"{match.Groups["class"].Value} {match.Groups["section"].Value}"
            where !told.Contains(bound)
            select $"{file} binds {bound}, which {program} --help does not tell.");
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void The_help_tells_every_setting_with_its_default_and_its_bounds(string program)
    {
        var help = Whitespace().Replace(HelpText.Of(Of(program)), " ");

        Tidy.Tidy.NoMistakes(
            from setting in Of(program).All
            where !help.Contains($"{setting.Key} ", StringComparison.Ordinal)
                || !help.Contains($"{setting.Text} ", StringComparison.Ordinal)
                || !help.Contains($" {setting.Bounds}; default {setting.Default}.", StringComparison.Ordinal)
                || (setting.Alias is { } alias && !help.Contains($", {alias} ", StringComparison.Ordinal))
            select $"--help of {program} does not tell {setting.Key}.");
    }

    [Fact]
    public void The_help_fits_a_terminal() => Assert.All(
        Catalogs.SelectMany(catalog => HelpText.Of(catalog).Split('\n')), line => Assert.InRange(line.Length, 0, 100));

    /// <summary>A failure prints the table as it must be: paste it.</summary>
    [Theory]
    [MemberData(nameof(Programs))]
    public void The_document_has_the_table_of_every_setting(string program)
    {
        var lines = SourceTree.Lines(Document);
        var written = lines
            .SkipWhile(line => line != $"<!-- settings of {program} -->")
            .Skip(1)
            .TakeWhile(line => line != "<!-- end -->");

        Assert.Equal(string.Join('\n', SettingTable.Of(Of(program))), string.Join('\n', written));
    }

    private static SettingCatalog Of(string program) => Catalogs.Single(catalog => catalog.Program == program);

    private static IEnumerable<string> KeysOf(Type options, string place)
    {
        foreach (var property in options.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var (type, key) = (property.PropertyType, $"{place}:{property.Name}");
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>))
            {
                var item = type.GetGenericArguments()[0];
                foreach (var below in item == typeof(string) ? [$"{key}:#"] : KeysOf(item, $"{key}:#"))
                {
                    yield return below;
                }
            }
            else if (type.IsClass && type != typeof(string))
            {
                foreach (var below in KeysOf(type, key))
                {
                    yield return below;
                }
            }
            else if (property.SetMethod is { IsPublic: true })
            {
                yield return key;
            }
        }
    }

    [GeneratedRegex(@"(?:AddSettings<(?<class>\w+)>\("
        + @"|AddOptions<(?<class>\w+)>\(\)\s*(?:\.Configure\w*<[^;]*?\n\s*\}\)\s*)?\.BindConfiguration\()"
        + @"""(?<section>\w+)""")]
    private static partial Regex Binding();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();
}
