using Sluice.Daemon.Settings;
using Xunit;

namespace Sluice.Unit.Daemon;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--port", "1")]
    [InlineData("--port=1")]
    [InlineData("--Shop:Port", "1")]
    [InlineData("--shop:port=1")]
    public void A_setting_is_given_by_its_key_or_its_alias(params string[] arguments)
    {
        var line = Read(arguments);

        Assert.Empty(line.Mistakes);
        Assert.Equal([("Shop:Port", "1")], line.Values.Select(pair => (Whole(pair.Key), pair.Value)));
    }

    [Fact]
    public void An_alias_of_a_list_may_be_repeated()
    {
        var line = Read("--door", "front", "--port", "1", "--door=back");

        Assert.Empty(line.Mistakes);
        Assert.Equal(
            [("Shop:Doors:0", "front"), ("Shop:Doors:1", "back"), ("Shop:Port", "1")],
            line.Values.Select(pair => (pair.Key, pair.Value)).Order());
    }

    [Fact]
    public void A_value_may_be_empty_or_hold_an_equals_sign_and_may_not_begin_with_dashes()
    {
        var line = Read("--Shop:Name=", "--Shop:Shelves:0:Name=a=b", "--Shop:Shelves:1:Name", "--port", "1");

        Assert.Equal(["--Shop:Shelves:1:Name wants a value: a name."], line.Mistakes);
        Assert.Equal(
            [("Shop:Name", ""), ("Shop:Port", "1"), ("Shop:Shelves:0:Name", "a=b")],
            line.Values.Select(pair => (pair.Key, pair.Value)).Order());
    }

    [Fact]
    public void Every_mistake_is_named_and_no_value_is_repeated()
    {
        var line = Read(
            "stray", "--prot", "s3cret", "--Shop:Nam=s3cret", "--Shop:Password", "s3cret", "--port", "1", "--Shop:Port",
            "s3cret", "--config", "a.json", "--config", "s3cret", "--till");

        Assert.Equal(
            [
                "Argument 1 is not an option: options begin with --.",
                "--prot: there is no such option; did you mean --port?",
                "--Shop:Nam: there is no such option; did you mean --Shop:Name?",
                "--Shop:Password: every user of this machine can read a command line; set the variable Shop__Password, "
                    + "or name a file that holds it.",
                "--Shop:Port is given twice.",
                "--config is given twice.",
                "--till: there is no such option.",
            ],
            line.Mistakes);
        Assert.Equal("a.json", line.File);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("-?")]
    public void Help_is_asked_for_in_three_ways(string argument) => Assert.True(Read("--prot", argument).Help);

    private static CommandLine Read(params string[] arguments) => CommandLine.Read(arguments, Catalogs.Shop());

    /// <summary>Keys are taken as they are written; their case does not matter.</summary>
    private static string Whole(string key) =>
        Catalogs.Shop().All.Single(setting => string.Equals(setting.Key, key, StringComparison.OrdinalIgnoreCase)).Key;
}
