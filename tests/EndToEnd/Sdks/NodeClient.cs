using System.Diagnostics;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;
using Sluice.Testing;

namespace Sluice.EndToEnd.Sdks;

/// <summary>The official Node client, run as a process that plays one case; see clients/openai.mjs.</summary>
internal static class NodeClient
{
    private static readonly string Folder = Path.Combine(RepositoryRoot.Path, "tests", "EndToEnd", "clients");

    /// <summary>What the case printed. Skips the test, and says why, where the client is not installed.</summary>
    public static async Task<JsonNode> RunAsync(string name, SluiceProcess sluice, string key)
    {
        Assert.SkipUnless(
            Directory.Exists(Path.Combine(Folder, "node_modules", "openai")),
            "The Node client is not installed: run 'npm ci' in tests/EndToEnd/clients.");
        Assert.SkipUnless(IsOnPath("node"), "There is no node on the path.");
        var start = new ProcessStartInfo("node", ["openai.mjs", name, new Uri(sluice.Edge, "/v1").AbsoluteUri, key])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            var printed = process.StandardOutput.ReadToEndAsync(Patience.Token);
            var complaints = process.StandardError.ReadToEndAsync(Patience.Token);
            await process.WaitForExitAsync(Patience.Token);
            Assert.True(process.ExitCode == 0, $"node ended with {process.ExitCode}: {await complaints}");
            return JsonNode.Parse(await printed)!;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));
}
