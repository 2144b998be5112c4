using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Processes;

/// <summary>What a process says of itself. That the help names every setting is held by the unit tests.</summary>
public sealed class ProcessHelpTests
{
    [Theory]
    [InlineData("Silo", "--admin-port", "--Silo:Port NUMBER, --port", "Storage:DatabaseUrl", "default 8090")]
    [InlineData("Edge", "--seed", "--Edge:StopTimeout HH:MM:SS", "Edge:Pools:#:Name", "default 00:00:30")]
    public async Task Help_tells_settings_with_defaults_and_exit_codes(string project, params string[] parts)
    {
        var (code, output) = await Daemons.RunAsync(project, ["--help"]);

        Assert.Equal(0, code);
        Assert.Empty(output.Error);
        Assert.All(parts, part => Assert.Contains(part, output.Out, StringComparison.Ordinal));
        Assert.Contains("Exit codes: 0 ", output.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Silo")]
    [InlineData("Edge")]
    public async Task Help_comes_before_everything_that_is_wrong(string project)
    {
        var (code, output) = await Daemons.RunAsync(project, ["--no-such", "1", "--help", "stray"]);

        Assert.Equal((0, ""), (code, output.Error));
    }

    [Theory]
    [InlineData("Silo")]
    [InlineData("Edge")]
    public async Task Version_is_a_line_of_program_and_version(string project)
    {
        var (code, output) = await Daemons.RunAsync(project, ["--version"]);

        Assert.Equal(0, code);
        Assert.Matches($@"^Sluice\.{project} \d+\.\d+\.\d+\S*\n$", output.Out);
    }
}
