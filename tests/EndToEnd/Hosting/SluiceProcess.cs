using System.Globalization;
using System.Text.Json;

namespace Sluice.EndToEnd.Hosting;

/// <summary>How an installation is started.</summary>
public sealed record SluiceSettings
{
    /// <summary>The data folder. Start again on the same one to restart.</summary>
    public required string Data { get; init; }

    /// <summary>The address of --pool; null for the configuration file's pools, or for the simulated one.</summary>
    public Uri? Pool { get; init; }

    public string? PoolKeyFile { get; init; }

    /// <summary>Settings by environment variable, such as <c>Edge__BodyBytesMax</c>.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public int Port { get; init; }

    public int AdminPort { get; init; }

    /// <summary>The command line; port 0 is any free one.</summary>
    public IReadOnlyList<string> Arguments
    {
        get
        {
            var arguments = new List<string>
            {
                "--port", Port.ToString(CultureInfo.InvariantCulture),
                "--admin-port", AdminPort.ToString(CultureInfo.InvariantCulture),
                "--data", Data,
            };
            if (Pool is not null)
            {
                arguments.AddRange(["--pool", Pool.AbsoluteUri]);
            }

            if (PoolKeyFile is not null)
            {
                arguments.AddRange(["--pool-key-file", PoolKeyFile]);
            }

            return arguments;
        }
    }
}

/// <summary>A running installation: addresses, keys, and the ways to end it.</summary>
public sealed class SluiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90);

    private readonly HttpClient _adminHttp = new();

    private SluiceProcess(RunningProgram program, string quickstart)
    {
        Program = program;
        Quickstart = quickstart;
        using var document = JsonDocument.Parse(quickstart);
        string Member(string name) => document.RootElement.GetProperty(name).GetString()!;
        (Edge, Admin) = (new Uri(Member("edge")), new Uri(Member("admin")));
        (ApiKey, AdminKey) = (Member("apiKey"), Member("adminKey"));
        Http = EdgeClient.NewHttp(Edge);
        Admins = new AdminClient(_adminHttp, Admin, AdminKey);
    }

    public RunningProgram Program { get; }

    /// <summary>The text of quickstart.json.</summary>
    public string Quickstart { get; }

    public Uri Edge { get; }

    public Uri Admin { get; }

    public string ApiKey { get; }

    public string AdminKey { get; }

    /// <summary>To the edge, without a key.</summary>
    public HttpClient Http { get; }

    /// <summary>The admin API, with the first admin's key.</summary>
    public AdminClient Admins { get; }

    /// <summary>Starts it and returns when it says that it is ready.</summary>
    public static async Task<SluiceProcess> StartAsync(SluiceSettings settings)
    {
        var program = RunningProgram.Start(Path.GetTempPath(), settings.Arguments, settings.Environment);
        try
        {
            var ready = program.Output.WhenAsync("Stop with Ctrl-C.");
            await Task.WhenAny(ready, program.Exited).WaitAsync(StartPatience);
            Assert.True(ready.IsCompleted, $"It did not start: {program.Output.All}");
            var quickstart = await File.ReadAllTextAsync(
                Path.Combine(settings.Data, "quickstart.json"), TestContext.Current.CancellationToken);
            return new SluiceProcess(program, quickstart);
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>The edge, with one client's key, or with none.</summary>
    public EdgeClient With(string? key) => new(Http, key);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _adminHttp.Dispose();
        await Program.DisposeAsync();
    }
}
