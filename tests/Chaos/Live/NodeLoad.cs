using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Sluice.Testing;
using Sluice.Testing.Judging;

namespace Sluice.Chaos.Live;

/// <summary>The client of the live proofs: a process of Node that plays clients/load.mjs and records every call.</summary>
internal sealed class NodeLoad : IAsyncDisposable
{
    /// <summary>Longer than a call may take, for the last ones to end.</summary>
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(40);

    private readonly ConcurrentQueue<ClientEntry> _calls = new();
    private readonly Process _process;
    private readonly Task _reading;
    private readonly Task<string> _complaints;

    private NodeLoad(Process process)
    {
        _process = process;
        _complaints = process.StandardError.ReadToEndAsync();
        _reading = ReadAsync();
    }

    /// <summary>Null when there is a Node; otherwise why not, for the name of a skip.</summary>
    internal static string? WhyMissing { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, "node")))
                ? null
                : "There is no node on the path.";

    /// <summary>Calls that are over, so far.</summary>
    internal IReadOnlyCollection<ClientEntry> Calls => _calls;

    /// <param name="edges">Asked in turn.</param>
    /// <param name="key">The client's.</param>
    /// <param name="name">With what the marks of its calls begin.</param>
    /// <param name="workers">Calls that it makes at once, at most.</param>
    /// <param name="seed">What chance draws from.</param>
    internal static NodeLoad Begin(IEnumerable<Uri> edges, string key, string name, int workers, int seed)
    {
        var wish = JsonSerializer.Serialize(new { edges, key, name, workers, seed });
        var script = Path.Combine(RepositoryRoot.Path, "tests", "Chaos", "clients", "load.mjs");
        return new NodeLoad(Process.Start(new ProcessStartInfo("node", [script, wish])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }

    /// <summary>No call is made any more; returns when all have ended, with all of them.</summary>
    internal async Task<IReadOnlyCollection<ClientEntry>> EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(EndsWithin, TimeProvider.System);
        await _reading;
        Assert.True(_process.ExitCode == 0, $"node ended with {_process.ExitCode}: {await _complaints}");
        return _calls;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _calls.Enqueue(ClientEntry.Parse(line));
        }
    }
}
