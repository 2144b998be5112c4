using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Sluice.Testing;

namespace Sluice.Bench.Report;

/// <summary>Where, when and of what a run was: without it a figure means nothing.</summary>
/// <param name="Command">What produces the run again.</param>
/// <param name="Commit">The commit, with a word if the work tree differs from it.</param>
/// <param name="Date">UTC.</param>
/// <param name="Processor">The processor's name, and how many there are.</param>
/// <param name="Platform">Kernel and runtime.</param>
internal sealed record RunFacts(string Command, string Commit, string Date, string Processor, string Platform)
{
    public static RunFacts Now(ParseResult parsed, TimeProvider time) => new(
        $"./bench {string.Join(' ', parsed.Tokens.Select(token => token.Value))}",
        CommitOfRepository(),
        time.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
        $"{Environment.ProcessorCount} cores, {ProcessorName()}",
        $"{RuntimeInformation.OSDescription}, kernel {Kernel()}, {RuntimeInformation.FrameworkDescription}");

    public string ToText() =>
        $"""

        {Command}
        commit {Commit}, {Date}
        {Processor}; {Platform}

        """;

    private static string Kernel() => File.ReadAllText("/proc/sys/kernel/osrelease").Trim();

    private static string ProcessorName()
    {
        const string Key = "model name";
        var line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(one => one.StartsWith(Key, StringComparison.Ordinal));
        return line?.Split(':')[1].Trim() ?? "unknown";
    }

    private static string CommitOfRepository()
    {
        var commit = Git("rev-parse", "--short=12", "HEAD");
        var changed = Git("status", "--porcelain", "--untracked-files=no").Length > 0;
        return commit.Length == 0 ? "unknown" : commit + (changed ? " with changes" : "");
    }

    private static string Git(params string[] arguments)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", arguments)
            {
                WorkingDirectory = RepositoryRoot.Path,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            return git.StandardOutput.ReadToEnd().Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return ""; // No git: an unpacked archive.
        }
    }
}
