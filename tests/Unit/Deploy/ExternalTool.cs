using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace Sluice.Unit.Deploy;

/// <summary>A program that some machines have. A test that needs one skips, by name and with the reason.</summary>
internal static class ExternalTool
{
    /// <summary>Runs a program to its end and returns its exit code and all that it printed.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string name, string input, params string[] arguments)
    {
        using var process = Start(name, arguments);
        Assert.SkipWhen(process is null, $"{name} is not installed");

        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }

    private static Process? Start(string name, string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(name, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
