using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Sluice.Testing.Judging;

namespace Sluice.Testing;

/// <summary>What the client of the live proofs asks for.</summary>
/// <param name="Workers">Calls that it makes at once, at most.</param>
public sealed record LoadShape(int Workers)
{
    /// <summary>The part of its calls that run for seconds; 0 to 1.</summary>
    public double LongShare { get; init; } = 0.04;

    /// <summary>Tokens that the others answer, at most about.</summary>
    public int ShortTokens { get; init; } = 30;

    /// <summary>It calls for three fifths of each such time, and not for the rest; zero: it never stops.</summary>
    public TimeSpan Wave { get; init; }
}

/// <summary>Calls that come when they come, and what is asked of each; in tokens, as the pool counts them.</summary>
/// <param name="PerSecond">How many, on the average.</param>
/// <param name="Latency">How long the pool takes for each.</param>
/// <param name="Input">Tokens that each has the model read.</param>
/// <param name="Cap">Most that each lets it answer.</param>
public sealed record ArrivalShape(double PerSecond, TimeSpan Latency, long Input, long Cap)
{
    /// <summary>The mean of what the model would answer.</summary>
    public double Mean { get; init; } = 200;

    /// <summary>The standard deviation of that length's logarithm.</summary>
    public double Spread { get; init; } = 1.26;
}

/// <summary>
/// The client of the live proofs: a process of Node that plays a script of clients/ and records every call.
/// </summary>
public sealed class NodeLoad : IAsyncDisposable
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
    public static string? WhyMissing { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, "node")))
                ? null
                : "There is no node on the path.";

    /// <summary>Calls that are over, so far.</summary>
    public IReadOnlyCollection<ClientEntry> Calls => _calls;

    /// <param name="edges">Asked in turn.</param>
    /// <param name="key">The client's.</param>
    /// <param name="name">With what the marks of its calls begin.</param>
    /// <param name="shape">What it asks for.</param>
    /// <param name="seed">What chance draws from.</param>
    public static NodeLoad Begin(IEnumerable<Uri> edges, string key, string name, LoadShape shape, int seed)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return Begin("load.mjs", new
        {
            edges, key, name, seed, workers = shape.Workers, longShare = shape.LongShare,
            shortTokens = shape.ShortTokens, wave = shape.Wave.TotalMilliseconds,
        });
    }

    /// <param name="edge">Asked about all.</param>
    /// <param name="key">The client's.</param>
    /// <param name="name">With what the marks of its calls begin.</param>
    /// <param name="shape">What it asks for.</param>
    /// <param name="seed">What chance draws from.</param>
    public static NodeLoad Begin(Uri edge, string key, string name, ArrivalShape shape, int seed)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return Begin("arrivals.mjs", new
        {
            edges = new[] { edge }, key, name, seed, perSecond = shape.PerSecond,
            latency = shape.Latency.TotalMilliseconds, input = shape.Input, mean = shape.Mean, spread = shape.Spread,
            cap = shape.Cap,
        });
    }

    /// <summary>No call is made any more; returns when all have ended, with all of them.</summary>
    /// <exception cref="TimeoutException">They do not end.</exception>
    /// <exception cref="InvalidOperationException">The client itself failed; the message says how.</exception>
    public async Task<IReadOnlyCollection<ClientEntry>> EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(EndsWithin, TimeProvider.System);
        await _reading;
        return _process.ExitCode == 0
            ? _calls
            : throw new InvalidOperationException($"node ended with {_process.ExitCode}: {await _complaints}");
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

    private static NodeLoad Begin(string script, object wish)
    {
        var path = Path.Combine(RepositoryRoot.Path, "tests", "Shared", "clients", script);
        return new NodeLoad(Process.Start(new ProcessStartInfo("node", [path, JsonSerializer.Serialize(wish)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _calls.Enqueue(ClientEntry.Parse(line));
        }
    }
}
