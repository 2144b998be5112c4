namespace Sluice.EndToEnd.Hosting;

/// <summary>Silo and edge as processes of their own, with nothing decided by the machine they run on.</summary>
public static class Daemons
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90);

    /// <summary>Starts <c>Silo</c> or <c>Edge</c> with these options.</summary>
    public static RunningProgram Start(
        string project, IEnumerable<string> arguments, params (string Name, string Value)[] environment) =>
        RunningProgram.Start(
            Path.GetTempPath(), arguments, environment.ToDictionary(pair => pair.Name, pair => pair.Value), project);

    /// <summary>Runs it to its end, which must come by itself, and returns what it printed.</summary>
    public static async Task<(int ExitCode, ProcessOutput Output)> RunAsync(
        string project, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        await using var program = Start(project, arguments, environment);
        await program.Exited.WaitAsync(Patience.Token);
        return (program.ExitCode, program.Output);
    }

    /// <summary>Returns when a line of the log says this; fails with all of it when the process ends first.</summary>
    public static async Task SaysAsync(this RunningProgram program, string part)
    {
        var said = program.Output.WhenAsync(part);
        await Task.WhenAny(said, program.Exited).WaitAsync(StartPatience);
        Assert.True(said.IsCompleted, $"It ended without saying '{part}': {program.Output.All}");
    }

    /// <summary>The address that stands in the log behind these words.</summary>
    public static Uri AddressBehind(this RunningProgram program, string words)
    {
        var output = program.Output.Out;
        var start = output.IndexOf(words + " http", StringComparison.Ordinal);
        Assert.True(start >= 0, $"No address behind '{words}': {program.Output.All}");
        var address = output[(start + words.Length + 1)..];
        return new Uri(address[..address.IndexOf('/', "https://".Length)]);
    }
}
