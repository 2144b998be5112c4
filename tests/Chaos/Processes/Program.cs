using System.Collections.Concurrent;
using System.Diagnostics;
using Sluice.Testing;

namespace Sluice.Chaos.Processes;

/// <summary>A program of this repository in a process of its own. Killed with the test run, if not before.</summary>
internal sealed class Program : IAsyncDisposable
{
    private const int LinesKept = 400;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private Program(string name, Process process) => (Name, _process) = (name, process);

    internal string Name { get; }

    internal bool HasExited => _process.HasExited;

    internal int ExitCode => _process.ExitCode;

    /// <summary>The last lines it wrote.</summary>
    internal string Output => string.Join(Environment.NewLine, _lines);

    /// <param name="name">For people.</param>
    /// <param name="project">Its project's folder, such as <c>src/Silo</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Its settings.</param>
    internal static Program Start(
        string name, string project, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet", [PathOf(project), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment.Remove("DATABASE_URL"); // Nothing of this machine's own gets into a test.
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        var program = new Program(name, new Process { StartInfo = start });
        program.Begin();
        return program;
    }

    /// <summary>Kills it: no handler runs, nothing is told to anybody.</summary>
    internal async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync().Within();
    }

    /// <summary>Asks it to stop, and waits until it has.</summary>
    internal async Task<int> StopAsync()
    {
        Signal("TERM");
        await _process.WaitForExitAsync().Within();
        return _process.ExitCode;
    }

    /// <summary>Stops every thread of it where it is.</summary>
    internal void Pause() => Signal("STOP");

    /// <summary>Lets it go on as if no time had passed.</summary>
    internal void Resume() => Signal("CONT");

    internal Task ExitedAsync() => _process.WaitForExitAsync().Within();

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= KillWithRunner;
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static string PathOf(string project)
    {
        var built = new DirectoryInfo(AppContext.BaseDirectory); // …/bin/Release/net10.0
        return Path.Combine(
            RepositoryRoot.Path, project, "bin", built.Parent!.Name, built.Name,
            $"Sluice.{Path.GetFileName(project)}.dll");
    }

    private void Begin()
    {
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        AppDomain.CurrentDomain.ProcessExit += KillWithRunner;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("sh", ["-c", $"kill -{name} {_process.Id}"]);
        kill.WaitForExit();
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        _lines.Enqueue(line);
        if (_lines.Count > LinesKept)
        {
            _lines.TryDequeue(out _);
        }
    }

    private void KillWithRunner(object? sender, EventArgs e)
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
    }
}
