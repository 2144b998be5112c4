using System.Diagnostics;
using Sluice.Testing;

namespace Sluice.EndToEnd.Hosting;

/// <summary>A built program of ours, run as a process of its own and never left behind.</summary>
public sealed class RunningProgram : IAsyncDisposable
{
    /// <summary>What the machine's own settings must not decide in a test.</summary>
    private static readonly string[] NotInherited =
    [
        "DATABASE_URL", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "ASPNETCORE_URLS", "Logging__LogLevel__Default",
    ];

    private readonly Process _process;

    private RunningProgram(Process process) => _process = process;

    public ProcessOutput Output { get; } = new();

    public Task Exited => _process.WaitForExitAsync(CancellationToken.None);

    /// <summary>Only after <see cref="Exited"/>.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Starts it with these arguments in an empty working folder.</summary>
    /// <param name="workingFolder">Where it runs.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="environment">Variables, on top of what is inherited.</param>
    /// <param name="project">Which program: the name of its folder below src.</param>
    public static RunningProgram Start(
        string workingFolder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment,
        string project = "Standalone")
    {
        var start = new ProcessStartInfo("dotnet", [ProgramPath(project), .. arguments])
        {
            WorkingDirectory = workingFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var name in NotInherited)
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var program = new RunningProgram(new Process { StartInfo = start });
        program.Begin();
        return program;
    }

    /// <summary>kill -9, and returns when the system has taken the process away.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await Exited.WaitAsync(Patience.Token);
    }

    /// <summary>SIGTERM, as a service manager sends it; returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        Terminate();
        await Exited.WaitAsync(Patience.Token);
        return ExitCode;
    }

    /// <summary>SIGTERM, without waiting.</summary>
    public void Terminate() => Signal("TERM");

    /// <summary>A signal by its name, without waiting.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("sh", ["-c", $"kill -{name} {_process.Id}"]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await Exited;
        }

        AppDomain.CurrentDomain.ProcessExit -= KillWithRunner;
        _process.Dispose();
    }

    private void Begin()
    {
        _process.OutputDataReceived += (_, line) => Output.AddOut(line.Data);
        _process.ErrorDataReceived += (_, line) => Output.AddError(line.Data);
        AppDomain.CurrentDomain.ProcessExit += KillWithRunner;
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>A run that is broken off disposes of nothing.</summary>
    private void KillWithRunner(object? sender, EventArgs e)
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Built in the same configuration as these tests: …/tests/EndToEnd/bin/Release/net10.0/.</summary>
    private static string ProgramPath(string project)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(
            RepositoryRoot.Path, "src", project, "bin", framework.Parent!.Name, framework.Name,
            $"Sluice.{project}.dll");
    }
}
