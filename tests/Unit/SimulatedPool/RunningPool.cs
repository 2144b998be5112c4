using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.SimulatedPool;
using Xunit;

namespace Sluice.Unit.SimulatedPool;

/// <summary>A pool of one test and a client of it.</summary>
internal sealed class RunningPool : IAsyncDisposable
{
    /// <summary>Ends a test that waits for something that never happens; no test comes near it.</summary>
    public const int DeadlineMilliseconds = 30_000;

    public const string Model = "deepseek-ocr";

    /// <summary>No delays; requests are remembered.</summary>
    public static readonly SimulatedPoolOptions Instant = SimulatedPoolOptions.Instant with { RecordedRequests = 100 };

    /// <summary>Works in steps like a pool with a clock, but in steps of microseconds.</summary>
    public static readonly SimulatedPoolOptions Stepping = Instant with
    {
        PrefillTokensPerSecond = 10_000_000,
        DecodeTokensPerSecond = 1_000_000,
    };

    private RunningPool(SimulatedPoolServer server)
    {
        Server = server;
        // Without a drain, disposing of an answer hangs up at once; by default the rest is read for two seconds first.
        Client = new HttpClient(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero })
        {
            BaseAddress = server.Address,
        };
    }

    public SimulatedPoolServer Server { get; }

    public HttpClient Client { get; }

    public PoolStatistics Statistics => Server.Statistics;

    private static CancellationToken Deadline => TestContext.Current.CancellationToken;

    public static async Task<RunningPool> StartAsync(SimulatedPoolOptions options) => new(
        await SimulatedPoolServer.StartAsync(options, TimeProvider.System, NullLoggerFactory.Instance, Deadline));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }

    /// <summary>A chat body with the usual message; <paramref name="more"/> are further members.</summary>
    public static string Chat(string more = "", string content = "\"Hello\"")
    {
        var rest = more.Length == 0 ? "" : "," + more;
        return $$"""{"model":"{{Model}}","messages":[{"role":"user","content":{{content}}}]{{rest}}}""";
    }

    /// <summary>The answer's head is read, its body is not.</summary>
    public async Task<HttpResponseMessage> PostAsync(
        string path, string body, string? failure = null, CancellationToken? cancellationToken = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        if (failure is not null)
        {
            request.Headers.Add("x-simulate", failure);
        }

        return await Client.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, cancellationToken ?? Deadline);
    }

    public Task<HttpResponseMessage> ChatAsync(string more = "", string? failure = null) =>
        PostAsync("/v1/chat/completions", Chat(more), failure);

    public async Task<JsonElement> JsonAsync(string path, string body, string? failure = null)
    {
        using var response = await PostAsync(path, body, failure);
        return await ReadJsonAsync(response);
    }

    public async Task<string> GetTextAsync(string path) => await Client.GetStringAsync(path, Deadline);

    public static async Task<JsonElement> ReadJsonAsync(HttpResponseMessage response)
    {
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Deadline));
        return document.RootElement.Clone();
    }

    /// <summary>The data of every event of a stream, the end mark included.</summary>
    public async Task<List<string>> EventsAsync(string path, string body, string? failure = null)
    {
        using var response = await PostAsync(path, body, failure);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var text = await response.Content.ReadAsStringAsync(Deadline);
        Assert.EndsWith("\n\n", text);
        return [.. text.Split("\n\n")[..^1].Select(line => line["data: ".Length..])];
    }

    public Task When(Func<PoolStatistics, bool> condition) => Statistics.WhenAsync(condition, Deadline);
}
