using System.Diagnostics;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Hosting;
using Sluice.Testing;

namespace Sluice.EndToEnd.Sdks;

/// <summary>A client for Node, run as a process that plays one case; see the scripts in clients.</summary>
internal static class NodeClient
{
    private static readonly string Folder = Path.Combine(RepositoryRoot.Path, "tests", "EndToEnd", "clients");

    /// <summary>What the case printed. Skips the test, and says why, where the client is not installed.</summary>
    public static Task<JsonNode> RunAsync(string name, SluiceProcess sluice, string key) =>
        RunAsync("openai.mjs", [name, new Uri(sluice.Edge, "/v1").AbsoluteUri, key]);

    /// <summary>The same of any script; its arguments begin with the case.</summary>
    public static async Task<JsonNode> RunAsync(
        string script, IEnumerable<string> arguments, TimeSpan? patience = null)
    {
        Assert.SkipUnless(
            ((string[])["openai", "jose", "oauth4webapi", "oidc-provider", "openid-client"]).All(
                package => Directory.Exists(Path.Combine(Folder, "node_modules", package))),
            "A Node client is not installed: run 'npm ci' in tests/EndToEnd/clients.");
        Assert.SkipUnless(IsOnPath("node"), "There is no node on the path.");
        var start = new ProcessStartInfo("node", [script, .. arguments])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var token = patience is { } longer ? Patience.TokenAfter(longer) : Patience.Token;
        try
        {
            var printed = process.StandardOutput.ReadToEndAsync(token);
            var complaints = process.StandardError.ReadToEndAsync(token);
            await process.WaitForExitAsync(token);
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
