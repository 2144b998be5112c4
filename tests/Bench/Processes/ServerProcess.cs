using System.Collections.Concurrent;
using System.Diagnostics;
using Sluice.Testing;

namespace Sluice.Bench.Processes;

/// <summary>A server in a process of its own, so that what it uses can be told apart. Killed when disposed.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int OutputLinesMax = 50;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>Starts a program of this repository and waits until it prints a line that says it is ready.</summary>
    /// <param name="project">The folder of its project, such as <c>src/Standalone</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="readyText">What that line contains.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>The process, and that line.</returns>
    public static Task<(ServerProcess Process, string Line)> StartAsync(
        string project, IEnumerable<string> arguments, string readyText, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", [AssemblyOf(project), .. arguments]);
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        start.Environment.Remove("DATABASE_URL"); // Every run has a database of its own.
        return StartAsync(start, readyText, cancellationToken);
    }

    /// <summary>Starts any program that says in a line when it is ready.</summary>
    public static async Task<(ServerProcess Process, string Line)> StartAsync(
        ProcessStartInfo start, string readyText, CancellationToken cancellationToken)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var process = new ServerProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        try
        {
            process.Begin(readyText);
            return (process, await process._ready.Task.WaitAsync(StartTimeout, TimeProvider.System, cancellationToken));
        }
        catch (Exception exception)
        {
            await process.DisposeAsync();
            throw exception is OperationCanceledException
                ? exception
                : new BenchException($"{start.FileName} {string.Join(' ', start.ArgumentList)} did not start:"
                    + $" {exception.Message}{Environment.NewLine}{string.Join(Environment.NewLine, process._output)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            // Never started, or gone already.
        }

        _process.Dispose();
    }

    private void Begin(string readyText)
    {
        _process.OutputDataReceived += (_, line) => Take(line.Data, readyText);
        _process.ErrorDataReceived += (_, line) => Take(line.Data, readyText);
        _process.Exited += (_, _) => _ready.TrySetException(new BenchException("it ended at once."));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Take(string? line, string readyText)
    {
        if (line is null)
        {
            return;
        }

        _output.Enqueue(line);
        if (_output.Count > OutputLinesMax)
        {
            _output.TryDequeue(out _);
        }

        if (line.Contains(readyText, StringComparison.Ordinal))
        {
            _ready.TrySetResult(line);
        }
    }

    /// <summary>The program as it was built together with this one.</summary>
    private static string AssemblyOf(string project)
    {
        var built = new DirectoryInfo(AppContext.BaseDirectory); // …/bin/Release/net10.0
        var name = $"Sluice.{Path.GetFileName(project)}.dll";
        var assembly = Path.Combine(RepositoryRoot.Path, project, "bin", built.Parent!.Name, built.Name, name);
        return File.Exists(assembly)
            ? assembly
            : throw new BenchException($"{assembly} is missing: build it with ./bench or dotnet build.");
    }
}
