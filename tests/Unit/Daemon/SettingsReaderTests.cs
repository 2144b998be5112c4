using System.Collections;
using Sluice.Daemon.Settings;
using Xunit;

namespace Sluice.Unit.Daemon;

public sealed class SettingsReaderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sluice-settings-");
    private readonly List<string> _mistakes = [];

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_command_line_overrules_the_environment_and_that_the_file()
    {
        var file = Write("""{"Shop":{"Port":1,"Till":"00:00:01","Name":"of the file"}}""");

        var settings = Read(
            ["--config", file, "--port", "3"],
            ("Shop__Port", "2"), ("SHOP__TILL", "00:00:02"), ("Shop__Open", "false"));

        Assert.Empty(_mistakes);
        Assert.Equal(
            [("SHOP:NAME", "of the file"), ("SHOP:OPEN", "false"), ("SHOP:PORT", "3"), ("SHOP:TILL", "00:00:02")],
            settings.Select(pair => (pair.Key.ToUpperInvariant(), pair.Value!)).Order());
    }

    [Fact]
    public void A_list_on_the_command_line_is_the_whole_list()
    {
        var file = Write("""{"Shop":{"Doors":["a","b","c"],"Shelves":[{"Name":"x","Boards":2}]}}""");

        var settings = Read(["--config", file, "--door", "d", "--Shop:Shelves:0:Name", "y"]);

        Assert.Empty(_mistakes);
        Assert.Equal(
            [("Shop:Doors:0", "d"), ("Shop:Shelves:0:Boards", "2"), ("Shop:Shelves:0:Name", "y")],
            settings.Select(pair => (pair.Key, pair.Value)).Order());
    }

    /// <summary>Guards processes beside others: only what is meant for this one is judged.</summary>
    [Fact]
    public void What_is_anothers_is_left_alone_and_empty_variables_are_none()
    {
        var file = Write("""{"Bank":{"Vault":1},"Shop":{"Port":null,"Doors":[]}}""");

        var settings = Read(
            ["--config", file], ("Bank__Colour", "red"), ("Else__Where", "x"), ("SHOP_SERVICE_HOST", "10.0.0.1"),
            ("Shop__Port", ""), ("PATH", "/bin"), ("DATABASE_URL", "postgres://db/x"));

        Assert.Empty(_mistakes);
        Assert.Equal([("DATABASE_URL", "postgres://db/x")], settings.Select(pair => (pair.Key, pair.Value!)));
    }

    [Fact]
    public void Every_mistake_is_named_with_the_place_where_it_stands_and_the_rest_is_kept()
    {
        var file = Write("""{"Shop":{"Prot":1,"Port":"high","Open":true},"Colour":1}""");

        var settings = Read(
            ["--config", file, "--Shop:Till", "5"],
            ("Shop__Share", "half"), ("Shop__Open__Wide", "true"), ("Shop__Shelves__x__Name", "y"),
            ("Logging__LogLevel__Default", "Someday"), ("Logging__Format", "Text"),
            ("Shop__Shelves__0__Boards", "2.5"));

        Assert.Equal(
            new[]
            {
                "--Shop:Till: '5' would be days: write hours, minutes and seconds, such as 00:00:30.",
                "variable Logging__Format: 'Text' is not text or json.",
                "variable Logging__LogLevel__Default: 'Someday' is none of "
                    + "Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday.",
                "variable Shop__Open__Wide: there is no such setting.",
                "variable Shop__Share: 'half' is not a number.",
                "variable Shop__Shelves__0__Boards: '2.5' is not a whole number of a size that fits.",
                "variable Shop__Shelves__x__Name: there is no such setting; did you mean Shop__Shelves__#__Name?",
                $"{file}: Colour: there is no such setting.",
                $"{file}: Shop:Port: 'high' is not a whole number of a size that fits.",
                $"{file}: Shop:Prot: there is no such setting; did you mean Shop:Port?",
            }.Order(StringComparer.Ordinal),
            _mistakes.Order(StringComparer.Ordinal));
        Assert.Equal([("Shop:Open", "true")], settings.Select(pair => (pair.Key, pair.Value!)));
    }

    [Theory]
    [InlineData("""{"Shop":{"Port":1}""", "line 1: is not JSON")]
    [InlineData("{\n\"Shop\":s3cret\n}", "line 2: is not JSON")]
    [InlineData("{\n\"Shop\":\n nulls3cret\n}", "line 3: is not JSON")]
    [InlineData("""{"Shop":{"Port":1,"Port":2}}""", "write it once")]
    [InlineData("""{"Shop":{"Port":1,"port":2}}""", "stands there twice, in different letters")]
    [InlineData("[]", "is not a JSON object of sections")]
    public void A_file_that_cannot_be_used_is_a_mistake_and_nothing_of_it_is_shown(string text, string part)
    {
        Read(["--config", Write(text)]);

        var mistake = Assert.Single(_mistakes);
        Assert.Contains(part, mistake, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_may_have_comments_and_trailing_commas_and_must_be_there()
    {
        var settings = Read(["--config", Write("{\n// why\n\"Shop\":{\"Port\":1,},}")]);
        Assert.Equal("1", settings["Shop:Port"]);
        Assert.Empty(_mistakes);

        Read(["--config", Path.Combine(_folder.FullName, "no-such.json")]);
        Assert.Contains("cannot be read", Assert.Single(_mistakes), StringComparison.Ordinal);
    }

    private IReadOnlyDictionary<string, string?> Read(
        string[] arguments, params (string Name, string Value)[] environment)
    {
        var catalog = Catalogs.Shop();
        var line = CommandLine.Read(arguments, catalog);
        Assert.Empty(line.Mistakes);
        var variables = new Hashtable();
        foreach (var (name, value) in environment)
        {
            variables[name] = value;
        }

        return SettingsReader.Read(catalog, line, variables, _mistakes);
    }

    private string Write(string text)
    {
        var file = Path.Combine(_folder.FullName, "settings.json");
        File.WriteAllText(file, text);
        return file;
    }
}
