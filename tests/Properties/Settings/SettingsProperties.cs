using System.Collections;
using FsCheck.Fluent;
using Sluice.Daemon.Settings;
using Xunit;

namespace Sluice.Properties.Settings;

/// <summary>Laws of how a process is told its settings, in whatever way and order.</summary>
public sealed class SettingsProperties
{
    private const string Secret = "hunter2";

    private static readonly string[] Keys = ["Shop:Name", "Shop:Street", "Shop:Doors:0", "Shop:Doors:1"];

    private static readonly SettingCatalog Catalog = MakeCatalog();

    /// <summary>How a key is written on the command line: its key or its alias, apart or with an equals sign.</summary>
    private enum Form
    {
        Key,
        KeyEquals,
        Alias,
        AliasEquals,
    }

    private sealed record Given(string Key, string Value, Form Form);

    [Fact]
    public void A_setting_is_what_the_highest_place_that_names_it_says()
    {
        var layer =
            from keys in Gen.SubListOf(Keys)
            from number in Gen.Choose(1, 9)
            select keys.ToDictionary(key => key, _ => $"v{number}");
        var cases =
            from environment in layer
            from line in layer
            from form in Gen.Elements(Form.Key, Form.KeyEquals)
            select (environment, line, form);

        Law.Holds(cases, drawn =>
        {
            var mistakes = new List<string>();
            var arguments = drawn.line.SelectMany(pair => Written(pair.Key, pair.Value, drawn.form));
            var read = CommandLine.Read([.. arguments], Catalog);
            var settings = SettingsReader.Read(Catalog, read, VariablesOf(drawn.environment), mistakes);

            Assert.Empty(mistakes.Concat(read.Mistakes));
            Assert.All(Keys, key => Assert.Equal(
                drawn.line.GetValueOrDefault(key) ?? Below(key, drawn.environment, drawn.line),
                settings.GetValueOrDefault(key)));
            Assert.Equal(
                Keys.Count(key => drawn.line.ContainsKey(key) || Below(key, drawn.environment, drawn.line) is not null),
                settings.Count);
        });
    }

    [Fact]
    public void However_a_setting_is_written_it_is_read_the_same()
    {
        var cases =
            from key in Gen.Elements("Shop:Name", "Shop:Street")
            from value in Gen.Elements("", "a", "a=b", "-", "a b", "=", "ü")
            from form in Gen.Elements(Enum.GetValues<Form>())
            from place in Gen.Choose(0, 2)
            select (new Given(key, value, form), place);

        Law.Holds(cases, drawn =>
        {
            var (given, place) = drawn;
            string[][] arguments = [["--open", "true"], ["--config=x.json"]];
            var all = arguments[..Math.Min(place, 2)].Append(Written(given.Key, given.Value, given.Form))
                .Concat(arguments[Math.Min(place, 2)..]);

            var line = CommandLine.Read([.. all.SelectMany(one => one)], Catalog);

            Assert.Empty(line.Mistakes);
            Assert.Equal(given.Value, line.Values[given.Key]);
            Assert.Equal(("true", "x.json"), (line.Values["Shop:Open"], line.File));
        });
    }

    /// <summary>Guards the terminal and the log: a secret may stand anywhere by mistake.</summary>
    [Fact]
    public void No_mistake_in_a_command_line_repeats_a_value()
    {
        var names = Gen.Elements(
            "--Shop:Password", "--shop:password", "--password", "--Shop:Name", "--name", "--config", "--no-such", "-x",
            "x", "--", "--Shop:Doors", "--door", "--open");
        var argument =
            from name in names
            from value in Gen.Elements("", $" {Secret}", $"={Secret}", $" {Secret} {Secret}")
            select (name + value).Split(' ');
        var cases = argument.ListOf().Select(lists => lists.SelectMany(list => list).ToArray());

        Law.Holds(cases, arguments => Assert.All(
            CommandLine.Read(arguments, Catalog).Mistakes,
            mistake => Assert.DoesNotContain(Secret, mistake, StringComparison.Ordinal)));
    }

    /// <summary>Nothing that is given is lost in silence: it is a setting, or help, or a mistake.</summary>
    [Fact]
    public void Whatever_is_given_is_taken_or_named()
    {
        var word = Gen.Elements(
            "--Shop:Name", "--name=x", "x", "--no-such", "--no-such=x", "--open", "--Shop:Password", "--door", "");

        Law.Holds(word.ListOf().Select(words => words.ToArray()), words =>
        {
            var line = CommandLine.Read(words, Catalog);
            var options = words.Count(one => one.StartsWith("--", StringComparison.Ordinal));
            Assert.InRange(line.Mistakes.Count + line.Values.Count, options, words.Length);
        });
    }

    private static SettingCatalog MakeCatalog()
    {
        var catalog = new SettingCatalog("Shop", "sells.");
        foreach (var (key, alias, secret) in new[]
        {
            ("Shop:Name", "--name", false), ("Shop:Street", "--street", false), ("Shop:Doors:#", "--door", false),
            ("Shop:Open", "--open", false), ("Shop:Password", "--password", true),
        })
        {
            catalog.Add(new Setting
            {
                Key = key,
                Alias = alias,
                IsSecret = secret,
                Type = key == "Shop:Open" ? typeof(bool) : typeof(string),
                Default = "none",
                Bounds = "anything",
                Text = "What it is.",
            });
        }

        return catalog;
    }

    private static string[] Written(string key, string value, Form form)
    {
        var name = form is Form.Key or Form.KeyEquals
            ? $"--{key}"
            : Catalog.Find(key)!.Alias!;
        return form is Form.Key or Form.Alias ? [name, value] : [$"{name}={value}"];
    }

    private static Hashtable VariablesOf(Dictionary<string, string> environment)
    {
        var variables = new Hashtable();
        foreach (var (key, value) in environment)
        {
            variables[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        return variables;
    }

    /// <summary>What the environment says, unless the command line replaces the list that it is part of.</summary>
    private static string? Below(string key, Dictionary<string, string> environment, Dictionary<string, string> line) =>
        key.StartsWith("Shop:Doors", StringComparison.Ordinal)
            && line.Keys.Any(other => other.StartsWith("Shop:Doors", StringComparison.Ordinal))
                ? null
                : environment.GetValueOrDefault(key);
}
