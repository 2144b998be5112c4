using System.Globalization;
using System.Text.Json.Nodes;

namespace Sluice.EndToEnd.Hosting;

/// <summary>An edge process: where its operators look, and, once it is ready, its clients.</summary>
public sealed class RunningEdge : IAsyncDisposable
{
    private readonly HttpClient _adminHttp = new();
    private HttpClient? _http;

    private RunningEdge(RunningProgram program) => Program = program;

    public RunningProgram Program { get; }

    public Uri Admin => Program.AddressBehind("operators at");

    public Uri Edge => Program.AddressBehind("clients at");

    /// <summary>To the edge, without a key.</summary>
    public HttpClient Http => _http ??= EdgeClient.NewHttp(Edge);

    /// <summary>Starts it and returns when operators can look at it, whether there is a silo or not.</summary>
    /// <param name="siloPort">Of a silo on this machine.</param>
    /// <param name="pool">Serves <see cref="EdgeClient.Model"/>.</param>
    /// <param name="environment">More settings.</param>
    public static async Task<RunningEdge> BeginAsync(
        int siloPort, Uri pool, params (string Name, string Value)[] environment)
    {
        var port = siloPort.ToString(CultureInfo.InvariantCulture);
        var program = Daemons.Start(
            "Edge",
            [
                "--seed", $"127.0.0.1:{port}", "--port", "0", "--admin-port", "0",
                "--Edge:Pools:0:Name", "pool", "--Edge:Pools:0:Address", pool.AbsoluteUri,
                "--Edge:Pools:0:Models:0", EdgeClient.Model,
            ],
            environment);
        try
        {
            await program.SaysAsync(" begins: operators at ");
            return new RunningEdge(program);
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it and returns when it says that it is ready.</summary>
    public static async Task<RunningEdge> StartAsync(
        int siloPort, Uri pool, params (string Name, string Value)[] environment)
    {
        var edge = await BeginAsync(siloPort, pool, environment);
        try
        {
            await edge.ReadyAsync();
            return edge;
        }
        catch
        {
            await edge.DisposeAsync();
            throw;
        }
    }

    public Task ReadyAsync() => Program.SaysAsync(" is ready: ");

    public EdgeClient With(string? key) => new(Http, key);

    /// <summary>What the operators' port answers: the status, and the body.</summary>
    public async Task<(int Status, string Body)> LookAsync(string path)
    {
        using var response = await _adminHttp.GetAsync(new Uri(Admin, path), Patience.Token);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Patience.Token));
    }

    /// <summary>What keeps the edge from being ready, by name; empty when nothing does.</summary>
    public async Task<IReadOnlyList<string>> ProblemsAsync()
    {
        var (_, body) = await LookAsync("/readyz");
        return [.. JsonNode.Parse(body)!["problems"]!.AsArray().Select(problem => (string)problem!["name"]!)];
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        _adminHttp.Dispose();
        await Program.DisposeAsync();
    }
}
